// Reading the elements of a data set or of a sequence item.

#ifndef CDCMTK_ITEM_H
#define CDCMTK_ITEM_H

#include "CDCMTK_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/// An element as it stands in the file.
typedef struct {
    uint16_t group;
    uint16_t element;
    /// Two letters and a NUL, for example "DS".
    char vr[3];
    /// Bytes of the value; 0 for an empty element and for a sequence.
    uint32_t length;
} CDCMTK_element;

/// The number of elements directly in the item.
size_t CDCMTK_item_element_count(CDCMTK_item *item);

/// Lists the first `capacity` elements directly in the item, in the order of their tags; returns how many.
size_t CDCMTK_item_list_elements(CDCMTK_item *item, CDCMTK_element *elements, size_t capacity);

/// Finds an element directly in the item. False when it is absent.
bool CDCMTK_item_find(CDCMTK_item *item, uint16_t group, uint16_t element, CDCMTK_element *found);

/// Copies the undecoded value, padding included, in little-endian order. False when the element is absent, is a
/// sequence, or is not of exactly this length.
bool CDCMTK_item_copy_value(CDCMTK_item *item, uint16_t group, uint16_t element, void *target, uint32_t length);

/// The number of values of an element; 0 when absent or empty.
size_t CDCMTK_item_value_count(CDCMTK_item *item, uint16_t group, uint16_t element);

/// A numeric value by its index from 0: binary (US, SS, UL, SL, FL, FD …) or text (IS, DS). False when absent, empty or
/// no finite number; the result is then untouched.
bool CDCMTK_item_get_double(CDCMTK_item *item, uint16_t group, uint16_t element, size_t index, double *result);

/// An integral value by its index from 0: US, UL, SS, SL, or IS. False when absent, empty or not integral.
bool CDCMTK_item_get_integer(CDCMTK_item *item, uint16_t group, uint16_t element, size_t index, int64_t *result);

/// The number of items of a sequence; -1 when the element is absent or no sequence.
int64_t CDCMTK_item_sequence_count(CDCMTK_item *item, uint16_t group, uint16_t element);

/// Lists the first `capacity` items of a sequence, borrowed from their parent; returns how many.
size_t CDCMTK_item_list_items(CDCMTK_item *item, uint16_t group, uint16_t element, CDCMTK_item **items,
                              size_t capacity);

/// The tag of a keyword such as "PatientPosition" in DCMTK's dictionary. False when it is not known.
bool CDCMTK_tag_for_keyword(const char *keyword, uint16_t *group, uint16_t *element);

/// The keyword of a tag, NUL-terminated, at most `capacity` bytes with the NUL. False when it is not known.
bool CDCMTK_keyword_for_tag(uint16_t group, uint16_t element, char *keyword, size_t capacity);

/// The value representation of a tag in DCMTK's dictionary, "UN" when it is not known.
void CDCMTK_vr_for_tag(uint16_t group, uint16_t element, char vr[3]);

/// Whether DCMTK found its data dictionary; without it implicit-VR files cannot be read.
bool CDCMTK_dictionary_is_loaded(void);

/// DCMTK's version, for example "3.6.7".
const char *CDCMTK_version(void);

#ifdef __cplusplus
}
#endif

#endif
