#ifndef CLIBXML2_H
#define CLIBXML2_H

#include <stddef.h>

/* libxml2 for Swift: parse, validate, walk.
 *
 * libxml2's own headers are not exposed. On Debian they include ICU's, which clash with Foundation, and much of their
 * interface is macros and variadic functions that Swift cannot import. What is here is all that Preread needs.
 *
 * Text is UTF-8. Nothing here opens a file or a socket: documents come from memory, the loader of external entities
 * answers nothing, and a document type declaration ends the parsing before an entity can be declared. */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CLibXML2_document CLibXML2_document;
typedef struct CLibXML2_node CLibXML2_node;
typedef struct CLibXML2_attribute CLibXML2_attribute;

/* One thing that libxml2 or this shim found wrong. `code` is xmlParserErrors' number or one of CLibXML2_code; `line` is
 * 0 when unknown; `message` is valid during the call only. */
typedef void (*CLibXML2_report)(void *context, int code, int line, const char *message);

/* Codes of this shim, below all of libxml2's. */
enum CLibXML2_code {
    CLibXML2_code_doctype = -1,
    CLibXML2_code_memory = -2,
    CLibXML2_code_size = -3
};

/* What validation found. */
enum CLibXML2_verdict {
    CLibXML2_verdict_valid = 0,
    CLibXML2_verdict_invalid = 1,
    /* The schema itself cannot be used; the reports speak of the schema. */
    CLibXML2_verdict_schema_unusable = 2
};

enum CLibXML2_kind {
    CLibXML2_kind_element = 0,
    CLibXML2_kind_text = 1,
    /* Comments and processing instructions. */
    CLibXML2_kind_other = 2
};

/* Returns NULL after at least one report when the bytes are not a well-formed document without a document type. */
CLibXML2_document *CLibXML2_document_parse(const void *bytes, size_t length, CLibXML2_report report, void *context);
void CLibXML2_document_free(CLibXML2_document *document);

/* Validates against an XML Schema (XSD 1.0) held in memory; includes and imports are not followed. */
enum CLibXML2_verdict CLibXML2_document_validate(
    CLibXML2_document *document, const void *schema, size_t length, CLibXML2_report report, void *context);

/* Nodes belong to their document. A missing node is NULL. */
const CLibXML2_node *CLibXML2_document_root(const CLibXML2_document *document);
const CLibXML2_node *CLibXML2_node_first_child(const CLibXML2_node *node);
const CLibXML2_node *CLibXML2_node_next(const CLibXML2_node *node);
enum CLibXML2_kind CLibXML2_node_kind(const CLibXML2_node *node);
const char *CLibXML2_node_name(const CLibXML2_node *node);
/* The namespace name, or NULL. */
const char *CLibXML2_node_namespace(const CLibXML2_node *node);
int CLibXML2_node_line(const CLibXML2_node *node);
/* The text of a text node, or NULL. */
const char *CLibXML2_node_text(const CLibXML2_node *node);

const CLibXML2_attribute *CLibXML2_node_first_attribute(const CLibXML2_node *node);
const CLibXML2_attribute *CLibXML2_attribute_next(const CLibXML2_attribute *attribute);
const char *CLibXML2_attribute_name(const CLibXML2_attribute *attribute);
const char *CLibXML2_attribute_namespace(const CLibXML2_attribute *attribute);
/* A copy to be given to CLibXML2_string_free, or NULL. */
char *CLibXML2_attribute_copy_value(const CLibXML2_attribute *attribute);

/* `xmlFree` is a variable that holds a function, or a macro: Swift can import neither. */
void CLibXML2_string_free(char *string);

#ifdef __cplusplus
}
#endif

#endif
