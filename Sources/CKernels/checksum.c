#include "CKernels.h"
#include "lanes.h"

typedef uint32_t LaneSums __attribute__((vector_size(64), aligned(4)));

enum { CHAINS = 4, BLOCK = CHAINS * 64 };

/// One step of FNV-1a in every lane, 32 bits at a time: any changed bit changes the lane's sum, since the multiplier is odd.
INLINE LaneSums mix(LaneSums sum, const uint8_t *bytes) {
    LaneSums words;
    memcpy(&words, bytes, sizeof words);
    return (sum ^ words) * 16777619u;
}

MULTIVERSIONED uint64_t kernel_checksum(const uint8_t *bytes, size_t count) {
    LaneSums sums[CHAINS];
    for (size_t c = 0; c < CHAINS; c++) sums[c] = (LaneSums){0} + 2166136261u + (uint32_t)c;
    size_t i = 0;
    for (; i + BLOCK <= count; i += BLOCK) {
        for (size_t c = 0; c < CHAINS; c++) sums[c] = mix(sums[c], bytes + i + 64 * c);
    }
    uint64_t result = 0xCBF29CE484222325u ^ count;
    for (size_t c = 0; c < CHAINS; c++) {
        uint32_t parts[LANES];
        memcpy(parts, &sums[c], sizeof parts);
        for (size_t l = 0; l < LANES; l++) result = (result ^ parts[l]) * 0x100000001B3u;
    }
    for (; i < count; i++) result = (result ^ bytes[i]) * 0x100000001B3u;
    return result;
}
