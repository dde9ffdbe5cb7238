#include "CReviewPage.h"

static const unsigned char index_html[] = {
#embed "page/index.html"
};

#define ENTRY(name, media_type, bytes) {name, media_type, bytes, sizeof bytes}

const struct preread_page_file preread_page_files[] = {
    ENTRY("index.html", "text/html; charset=utf-8", index_html),
    {NULL, NULL, NULL, 0},
};
