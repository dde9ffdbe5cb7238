#include "CKernels.h"
#include "lanes.h"

// Losses are computed in double precision: sixteen lanes at a time, whatever the CPU, so that sums are the same on all.
// Two registers of the widest CPUs: while one waits for its polynomial's next step, the other takes its own.

typedef double Doubles __attribute__((vector_size(128), aligned(8)));
typedef int64_t DoubleBits __attribute__((vector_size(128), aligned(8)));

#define DOUBLES 16

INLINE Doubles doubles_of(double value) {
    return (Doubles){0} + value;
}

INLINE Doubles doubles_select(DoubleBits mask, Doubles yes, Doubles no) {
    return (Doubles)((mask & (DoubleBits)yes) | (~mask & (DoubleBits)no));
}

typedef float Singles __attribute__((vector_size(64), aligned(4)));

/// The first `count` lanes from memory, the others 0.
INLINE Doubles doubles_load(const float *source, size_t count) {
    Singles x = {0};
    if (count == DOUBLES) {
        memcpy(&x, source, sizeof x);
    } else {
        memcpy(&x, source, count * sizeof(float));
    }
    return __builtin_convertvector(x, Doubles);
}

INLINE void doubles_store(float *target, Doubles x, size_t count) {
    Singles rounded = __builtin_convertvector(x, Singles);
    if (count == DOUBLES) {
        memcpy(target, &rounded, sizeof rounded);
    } else {
        memcpy(target, &rounded, count * sizeof(float));
    }
}

/// e to the power of x, clamped to [-700, 700]; error within two units of the last place.
INLINE Doubles doubles_exp(Doubles x) {
    x = doubles_select(x > 700.0, doubles_of(700.0), x);
    x = doubles_select(x < -700.0, doubles_of(-700.0), x);
    // Adding 1.5·2^52 rounds to an integer, which then stands in the lowest bits; ln 2 is split so that n times its first
    // part is exact.
    const Doubles shift = doubles_of(6755399441055744.0);
    Doubles shifted = x * 1.4426950408889634 + shift;
    Doubles n = shifted - shift;
    Doubles r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
    // The Taylor series: r is at most ln 2 / 2, so its fourteenth term is below 1e-17.
    static const double inverse_factorials[] = {
        1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0,
        1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0,
    };
    Doubles p = doubles_of(inverse_factorials[0]);
    for (size_t i = 1; i < sizeof inverse_factorials / sizeof *inverse_factorials; i++) {
        p = p * r + inverse_factorials[i];
    }
    DoubleBits exponent = ((DoubleBits)shifted - (DoubleBits)shift + 1023) << 52;
    return p * (Doubles)exponent;
}

/// The natural logarithm of a positive normal number.
INLINE Doubles doubles_log(Doubles x) {
    DoubleBits bits = (DoubleBits)x;
    // x = m · 2^e with m in [√½, √2).
    DoubleBits e = ((bits - 0x3fe6a09e667f3bcd) >> 52);
    Doubles m = (Doubles)(bits - (e << 52));
    const Doubles shift = doubles_of(6755399441055744.0);
    Doubles exponent = (Doubles)((DoubleBits)shift + e) - shift;
    // log m = 2·artanh s with s = (m - 1) / (m + 1), |s| < 0.172: eleven terms of the series.
    Doubles s = (m - 1.0) / (m + 1.0);
    Doubles q = s * s;
    Doubles p = doubles_of(1.0 / 21.0);
    for (int term = 19; term >= 3; term -= 2) p = p * q + 1.0 / term;
    return exponent * 1.90821492927058770002e-10 + (2.0 * s + 2.0 * s * q * p)
        + exponent * 0.693147180369123816490;
}

INLINE double doubles_sum(Doubles x) {
    double part[DOUBLES];
    memcpy(part, &x, sizeof part);
    for (size_t half = DOUBLES / 2; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) part[i] += part[i + half];
    }
    return part[0];
}

/// What is added to probabilities before their logarithm is taken.
#define FOCAL_EPSILON 1e-12

typedef struct {
    Doubles logit, label, probability;
} Pixels;

INLINE Pixels pixels(const float *logits, const float *labels, size_t count) {
    Pixels at;
    at.logit = doubles_load(logits, count);
    at.label = doubles_load(labels, count);
    at.probability = 1.0 / (1.0 + doubles_exp(-at.logit));
    return at;
}

/// Whether every label is 0 or 1, so that one of the focal loss's two logarithms counts for nothing.
INLINE int are_binary(const float *labels, size_t count) {
    int others = 0;
    for (size_t i = 0; i < count; i++) others |= (labels[i] != 0.0f) & (labels[i] != 1.0f);
    return !others;
}

/// A pixel's loss and its derivative with regard to the logit.
typedef struct {
    Doubles value, slope;
} PixelTerms;

INLINE PixelTerms pixel_terms(Pixels at, KernelPixelLoss loss, int is_binary, double alpha) {
    const Doubles x = at.logit, y = at.label, p = at.probability;
    if (loss == KERNEL_CROSS_ENTROPY) {
        Doubles positive = doubles_select(x > 0.0, x, doubles_of(0.0));
        Doubles magnitude = doubles_select(x > 0.0, x, -x);
        return (PixelTerms){positive - x * y + doubles_log(1.0 + doubles_exp(-magnitude)), p - y};
    }
    Doubles rest = 1.0 - p;
    if (is_binary) {
        const DoubleBits object = y > 0.5;
        const Doubles wrong = doubles_select(object, rest, p), right = doubles_select(object, p, rest) + FOCAL_EPSILON;
        const Doubles weight = doubles_select(object, doubles_of(alpha), doubles_of(1.0 - alpha));
        const Doubles sign = doubles_select(object, doubles_of(-1.0), doubles_of(1.0));
        const Doubles logarithm = doubles_log(right);
        return (PixelTerms){
            -weight * wrong * wrong * logarithm,
            sign * weight * (wrong * wrong / right - 2.0 * wrong * logarithm) * (p * rest),
        };
    }
    Doubles near = p + FOCAL_EPSILON, far = rest + FOCAL_EPSILON;
    Doubles log_near = doubles_log(near), log_far = doubles_log(far);
    Doubles slope = -alpha * y * (rest * rest / near - 2.0 * rest * log_near)
        - (1.0 - alpha) * (1.0 - y) * (2.0 * p * log_far - p * p / far);
    return (PixelTerms){
        -alpha * y * rest * rest * log_near - (1.0 - alpha) * (1.0 - y) * p * p * log_far, slope * p * rest,
    };
}

INLINE void mask_sums(
    const float *logits, const float *labels, size_t count, KernelPixelLoss loss, int is_binary, double alpha,
    KernelMaskSums *sums, float *probabilities, float *slopes) {
    const Doubles zero = doubles_of(0.0), one = doubles_of(1.0);
    Doubles product = zero, probability = zero, squares = zero, label = zero, total = zero, both = zero, either = zero;
    for (size_t i = 0; i < count; i += DOUBLES) {
        const size_t here = count - i < DOUBLES ? count - i : DOUBLES;
        Pixels at = pixels(logits + i, labels + i, here);
        PixelTerms terms = pixel_terms(at, loss, is_binary, alpha);
        if (here < DOUBLES) {
            // Lanes beyond the end count for nothing: their logit and label are 0 already.
            const DoubleBits places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
            const DoubleBits inside = places < (DoubleBits){0} + (int64_t)here;
            at.probability = doubles_select(inside, at.probability, zero);
            terms.value = doubles_select(inside, terms.value, zero);
        }
        if (probabilities) {
            doubles_store(probabilities + i, at.probability, here);
            doubles_store(slopes + i, terms.slope, here);
        }
        product += at.probability * at.label;
        probability += at.probability;
        squares += at.probability * at.probability;
        label += at.label;
        total += terms.value;
        DoubleBits drawn = at.logit > 0.0, object = at.label > 0.5;
        both += doubles_select(drawn & object, one, zero);
        either += doubles_select(drawn | object, one, zero);
    }
    *sums = (KernelMaskSums){
        doubles_sum(product), doubles_sum(probability), doubles_sum(squares), doubles_sum(label), doubles_sum(total),
        doubles_sum(both), doubles_sum(either),
    };
}

MULTIVERSIONED void kernel_mask_sums(
    const float *logits, const float *labels, size_t count, KernelPixelLoss loss, double alpha, KernelMaskSums *sums,
    float *probabilities, float *slopes) {
    if (loss == KERNEL_CROSS_ENTROPY) {
        mask_sums(logits, labels, count, KERNEL_CROSS_ENTROPY, 0, alpha, sums, probabilities, slopes);
    } else if (are_binary(labels, count)) {
        mask_sums(logits, labels, count, KERNEL_FOCAL, 1, alpha, sums, probabilities, slopes);
    } else {
        mask_sums(logits, labels, count, KERNEL_FOCAL, 0, alpha, sums, probabilities, slopes);
    }
}

MULTIVERSIONED void kernel_mask_gradient(
    const float *labels, const float *probabilities, const float *slopes, size_t count,
    const KernelMaskSums *by_sums, float *gradient) {
    for (size_t i = 0; i < count; i++) {
        const double p = probabilities[i];
        const double by_probability = by_sums->product * labels[i] + by_sums->probability + 2.0 * by_sums->squares * p;
        gradient[i] = (float)(by_sums->pixel_loss * slopes[i] + by_probability * p * (1.0 - p));
    }
}
