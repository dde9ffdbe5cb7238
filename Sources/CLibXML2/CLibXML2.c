/* Debian's libxml2 is built with ICU, and its headers then include ICU's, which are not needed here and need not be
 * installed: xmlversion.h comes first so that the switch can be taken back. */
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>

#include <limits.h>
#include <pthread.h>

#include "CLibXML2.h"

struct CLibXML2_reporter {
    CLibXML2_report report;
    void *context;
    int doctype_line;
};

/* No XML_PARSE_NOENT (replace entities), no XML_PARSE_DTDLOAD, no XML_PARSE_HUGE (lifts libxml2's own limits). */
static const int parse_options = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOBLANKS;

/* Every address that a document or a schema names is answered with nothing. */
static xmlParserInputPtr load_nothing(const char *url, const char *identifier, xmlParserCtxtPtr context) {
    (void)url;
    (void)identifier;
    (void)context;
    return NULL;
}

static void initialise(void) {
    xmlInitParser();
    xmlSetExternalEntityLoader(load_nothing);
}

static void initialise_once(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, initialise);
}

static void forward_error(void *user, xmlErrorPtr error) {
    struct CLibXML2_reporter *reporter = user;
    if (error == NULL || error->level == XML_ERR_WARNING || reporter->doctype_line != 0) return;
    reporter->report(reporter->context, error->code, error->line, error->message ? error->message : "");
}

/* Called when `<!DOCTYPE` has been read, before its entities are. */
static void refuse_doctype(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system) {
    (void)name;
    (void)external;
    (void)system;
    xmlParserCtxtPtr parser = user;
    struct CLibXML2_reporter *reporter = parser->_private;
    if (reporter->doctype_line == 0) {
        int line = xmlSAX2GetLineNumber(parser);
        reporter->report(reporter->context, CLibXML2_code_doctype, line, "a document type declaration");
        reporter->doctype_line = line > 0 ? line : 1;
    }
    xmlStopParser(parser);
}

CLibXML2_document *CLibXML2_document_parse(const void *bytes, size_t length, CLibXML2_report report, void *context) {
    initialise_once();
    if (length > INT_MAX) {
        report(context, CLibXML2_code_size, 0, "over two gibibytes");
        return NULL;
    }
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (parser == NULL) {
        report(context, CLibXML2_code_memory, 0, "out of memory");
        return NULL;
    }
    struct CLibXML2_reporter reporter = {report, context, 0};
    parser->_private = &reporter;
    parser->sax->internalSubset = refuse_doctype;

    /* The handler is one of the thread, so whatever stood there is put back. */
    void *old_context = xmlStructuredErrorContext;
    xmlStructuredErrorFunc old_handler = xmlStructuredError;
    xmlSetStructuredErrorFunc(&reporter, forward_error);
    xmlDocPtr document = xmlCtxtReadMemory(parser, bytes, (int)length, NULL, NULL, parse_options);
    xmlSetStructuredErrorFunc(old_context, old_handler);

    int usable = document != NULL && parser->wellFormed && reporter.doctype_line == 0;
    xmlFreeParserCtxt(parser);
    if (!usable) {
        xmlFreeDoc(document);
        return NULL;
    }
    return (CLibXML2_document *)document;
}

void CLibXML2_document_free(CLibXML2_document *document) {
    xmlFreeDoc((xmlDocPtr)document);
}

static enum CLibXML2_verdict validate(xmlDocPtr document, xmlSchemaPtr schema, struct CLibXML2_reporter *reporter) {
    xmlSchemaValidCtxtPtr validator = xmlSchemaNewValidCtxt(schema);
    if (validator == NULL) {
        reporter->report(reporter->context, CLibXML2_code_memory, 0, "out of memory");
        return CLibXML2_verdict_schema_unusable;
    }
    xmlSchemaSetValidStructuredErrors(validator, forward_error, reporter);
    int result = xmlSchemaValidateDoc(validator, document);
    xmlSchemaFreeValidCtxt(validator);
    return result == 0 ? CLibXML2_verdict_valid : CLibXML2_verdict_invalid;
}

enum CLibXML2_verdict CLibXML2_document_validate(
    CLibXML2_document *document, const void *schema, size_t length, CLibXML2_report report, void *context) {
    CLibXML2_document *parsed = CLibXML2_document_parse(schema, length, report, context);
    if (parsed == NULL) return CLibXML2_verdict_schema_unusable;

    struct CLibXML2_reporter reporter = {report, context, 0};
    enum CLibXML2_verdict verdict = CLibXML2_verdict_schema_unusable;
    xmlSchemaParserCtxtPtr compiler = xmlSchemaNewDocParserCtxt((xmlDocPtr)parsed);
    if (compiler != NULL) {
        xmlSchemaSetParserStructuredErrors(compiler, forward_error, &reporter);
        xmlSchemaPtr compiled = xmlSchemaParse(compiler);
        xmlSchemaFreeParserCtxt(compiler);
        if (compiled != NULL) {
            verdict = validate((xmlDocPtr)document, compiled, &reporter);
            xmlSchemaFree(compiled);
        }
    }
    CLibXML2_document_free(parsed);
    return verdict;
}

const CLibXML2_node *CLibXML2_document_root(const CLibXML2_document *document) {
    return (const CLibXML2_node *)xmlDocGetRootElement((const xmlDoc *)document);
}

const CLibXML2_node *CLibXML2_node_first_child(const CLibXML2_node *node) {
    return (const CLibXML2_node *)((const xmlNode *)node)->children;
}

const CLibXML2_node *CLibXML2_node_next(const CLibXML2_node *node) {
    return (const CLibXML2_node *)((const xmlNode *)node)->next;
}

enum CLibXML2_kind CLibXML2_node_kind(const CLibXML2_node *node) {
    switch (((const xmlNode *)node)->type) {
    case XML_ELEMENT_NODE: return CLibXML2_kind_element;
    case XML_TEXT_NODE:
    case XML_CDATA_SECTION_NODE: return CLibXML2_kind_text;
    default: return CLibXML2_kind_other;
    }
}

const char *CLibXML2_node_name(const CLibXML2_node *node) {
    return (const char *)((const xmlNode *)node)->name;
}

const char *CLibXML2_node_namespace(const CLibXML2_node *node) {
    const xmlNs *space = ((const xmlNode *)node)->ns;
    return space == NULL ? NULL : (const char *)space->href;
}

int CLibXML2_node_line(const CLibXML2_node *node) {
    return (int)xmlGetLineNo((const xmlNode *)node);
}

const char *CLibXML2_node_text(const CLibXML2_node *node) {
    if (CLibXML2_node_kind(node) != CLibXML2_kind_text) return NULL;
    return (const char *)((const xmlNode *)node)->content;
}

const CLibXML2_attribute *CLibXML2_node_first_attribute(const CLibXML2_node *node) {
    return (const CLibXML2_attribute *)((const xmlNode *)node)->properties;
}

const CLibXML2_attribute *CLibXML2_attribute_next(const CLibXML2_attribute *attribute) {
    return (const CLibXML2_attribute *)((const xmlAttr *)attribute)->next;
}

const char *CLibXML2_attribute_name(const CLibXML2_attribute *attribute) {
    return (const char *)((const xmlAttr *)attribute)->name;
}

const char *CLibXML2_attribute_namespace(const CLibXML2_attribute *attribute) {
    const xmlNs *space = ((const xmlAttr *)attribute)->ns;
    return space == NULL ? NULL : (const char *)space->href;
}

char *CLibXML2_attribute_copy_value(const CLibXML2_attribute *attribute) {
    const xmlAttr *source = (const xmlAttr *)attribute;
    return (char *)xmlNodeListGetString(source->doc, source->children, 1);
}

void CLibXML2_string_free(char *string) {
    xmlFree(string);
}
