#define _GNU_SOURCE // RTLD_DEFAULT
#include "COneDNN.h"

#include <cpuid.h>
#include <dlfcn.h>
#include <dnnl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// MARK: Threads

// What a thread needs to run products: a stream and memory for the library's packed copies. It goes with the thread.
typedef struct {
    dnnl_stream_t stream;
    void *scratch;
    size_t scratch_bytes;
} Worker;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t worker_key;
static bool is_ready = false;
static dnnl_engine_t engine = NULL;
static void (*set_openmp_threads)(int) = NULL;

static void worker_free(void *value) {
    Worker *worker = value;
    dnnl_stream_destroy(worker->stream);
    free(worker->scratch);
    free(worker);
}

static void set_up(void) {
    // Debian's library divides work by OpenMP, whose threads spin between calls; builds without it need no telling.
    set_openmp_threads = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    // Products are kept by the caller; the library's own store would only hold them longer.
    dnnl_set_primitive_cache_capacity(0);
    is_ready = pthread_key_create(&worker_key, worker_free) == 0
        && dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success;
}

// The calling thread's worker, told to stay alone; NULL when the library or memory fails.
static Worker *worker_here(void) {
    pthread_once(&once, set_up);
    if (!is_ready) {
        return NULL;
    }
    Worker *worker = pthread_getspecific(worker_key);
    if (worker != NULL) {
        return worker;
    }
    worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return NULL;
    }
    if (dnnl_stream_create(&worker->stream, engine, dnnl_stream_default_flags) != dnnl_success) {
        free(worker);
        return NULL;
    }
    if (pthread_setspecific(worker_key, worker) != 0) {
        worker_free(worker);
        return NULL;
    }
    // A property of the calling thread.
    if (set_openmp_threads != NULL) {
        set_openmp_threads(1);
    }
    return worker;
}

static void *worker_scratch(Worker *worker, size_t bytes) {
    if (bytes > worker->scratch_bytes) {
        free(worker->scratch);
        worker->scratch_bytes = (bytes + 4095) / 4096 * 4096;
        worker->scratch = aligned_alloc(4096, worker->scratch_bytes);
        if (worker->scratch == NULL) {
            worker->scratch_bytes = 0;
        }
    }
    return worker->scratch;
}

// MARK: Products

struct PrereadProduct {
    dnnl_primitive_t primitive;
    dnnl_memory_desc_t left, right, result, scratch;
    // The right side before it is packed.
    dnnl_memory_desc_t plain;
};

// Rows that stand for any number when the library is asked for its layout of the right side.
enum { NOMINAL_ROWS = 64 };

static bool describe_right(PrereadProduct *product, const PrereadProductShape *shape) {
    const dnnl_dims_t sizes = {shape->inner, shape->columns}, steps = {shape->right_row, shape->right_column};
    const dnnl_data_type_t type = shape->type == PREREAD_FLOAT32 ? dnnl_f32
        : shape->type == PREREAD_BFLOAT16                        ? dnnl_bf16
                                                                 : dnnl_s8;
    const dnnl_data_type_t plain_type = shape->is_packed && shape->type == PREREAD_BFLOAT16 ? dnnl_f32 : type;
    return dnnl_memory_desc_init_by_strides(&product->plain, 2, sizes, plain_type, steps) == dnnl_success
        && (shape->is_packed
                ? dnnl_memory_desc_init_by_tag(&product->right, 2, sizes, type, dnnl_format_tag_any) == dnnl_success
                : dnnl_memory_desc_init_by_strides(&product->right, 2, sizes, type, steps) == dnnl_success);
}

static bool describe(PrereadProduct *product, const PrereadProductShape *shape, int64_t rows) {
    const dnnl_dims_t left = {rows, shape->inner}, left_steps = {shape->left_row, shape->left_column};
    const dnnl_dims_t result = {rows, shape->columns}, result_steps = {shape->result_row, 1};
    const dnnl_data_type_t type = shape->type == PREREAD_FLOAT32 ? dnnl_f32
        : shape->type == PREREAD_BFLOAT16                        ? dnnl_bf16
                                                                 : dnnl_u8;
    const dnnl_data_type_t result_type = shape->type == PREREAD_INTEGER8 ? dnnl_s32 : dnnl_f32;
    return dnnl_memory_desc_init_by_strides(&product->left, 2, left, type, left_steps) == dnnl_success
        && dnnl_memory_desc_init_by_strides(&product->result, 2, result, result_type, result_steps) == dnnl_success;
}

static dnnl_primitive_attr_t attributes(bool adds) {
    dnnl_primitive_attr_t attributes = NULL;
    if (dnnl_primitive_attr_create(&attributes) != dnnl_success) {
        return NULL;
    }
    // Memory of the caller makes one compiled product usable by many threads at once.
    bool is_done = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) == dnnl_success;
    dnnl_post_ops_t operations = NULL;
    if (is_done && adds) {
        is_done = dnnl_post_ops_create(&operations) == dnnl_success
            && dnnl_post_ops_append_sum(operations, 1.0f) == dnnl_success
            && dnnl_primitive_attr_set_post_ops(attributes, operations) == dnnl_success;
    }
    if (operations != NULL) {
        dnnl_post_ops_destroy(operations);
    }
    if (!is_done) {
        dnnl_primitive_attr_destroy(attributes);
        return NULL;
    }
    return attributes;
}

static dnnl_primitive_desc_t choose(const PrereadProduct *product, bool adds) {
    dnnl_matmul_desc_t operation;
    if (dnnl_matmul_desc_init(&operation, &product->left, &product->right, NULL, &product->result) != dnnl_success) {
        return NULL;
    }
    dnnl_primitive_attr_t choices = attributes(adds);
    if (choices == NULL) {
        return NULL;
    }
    dnnl_primitive_desc_t description = NULL;
    const bool is_done = dnnl_primitive_desc_create(&description, &operation, choices, engine, NULL) == dnnl_success;
    dnnl_primitive_attr_destroy(choices);
    return is_done ? description : NULL;
}

// Whether the library has nothing better than loops for checking results.
static bool is_reference(dnnl_primitive_desc_t description) {
    const char *name = NULL;
    return dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name) != dnnl_success
        || strncmp(name, "ref", 3) == 0;
}

static bool compile(PrereadProduct *product, bool adds) {
    dnnl_primitive_desc_t description = choose(product, adds);
    if (description == NULL) {
        return false;
    }
    product->right = *dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
    product->scratch = *dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
    const bool is_done = !is_reference(description)
        && dnnl_primitive_create(&product->primitive, description) == dnnl_success;
    dnnl_primitive_desc_destroy(description);
    return is_done;
}

// Sets the right side to the layout that the library likes best for any number of rows.
static bool choose_layout(PrereadProduct *product, const PrereadProductShape *shape) {
    if (!shape->is_packed) {
        return true;
    }
    if (!describe(product, shape, NOMINAL_ROWS)) {
        return false;
    }
    dnnl_primitive_desc_t description = choose(product, false);
    if (description == NULL) {
        return false;
    }
    const bool is_done = !is_reference(description);
    product->right = *dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
    dnnl_primitive_desc_destroy(description);
    return is_done;
}

PrereadProduct *preread_product_create(const PrereadProductShape *shape) {
    if (worker_here() == NULL) {
        return NULL;
    }
    PrereadProduct *product = calloc(1, sizeof *product);
    if (product != NULL
        && !(describe_right(product, shape) && choose_layout(product, shape) && describe(product, shape, shape->rows)
             && compile(product, shape->adds))) {
        free(product);
        product = NULL;
    }
    return product;
}

void preread_product_destroy(PrereadProduct *product) {
    if (product != NULL) {
        dnnl_primitive_destroy(product->primitive);
        free(product);
    }
}

// One argument of a primitive. The library's argument type has no const; it reads its inputs only.
typedef struct {
    int argument;
    const dnnl_memory_desc_t *description;
    void *memory;
} Part;

static bool execute(dnnl_primitive_t primitive, Worker *worker, const Part *parts, int count) {
    enum { MOST_PARTS = 4 };
    dnnl_exec_arg_t arguments[MOST_PARTS];
    int made = 0;
    while (made < count) {
        arguments[made].arg = parts[made].argument;
        if (dnnl_memory_create(&arguments[made].memory, parts[made].description, engine, parts[made].memory)
            != dnnl_success) {
            break;
        }
        made++;
    }
    const bool is_done =
        made == count && dnnl_primitive_execute(primitive, worker->stream, count, arguments) == dnnl_success
        && dnnl_stream_wait(worker->stream) == dnnl_success;
    while (made > 0) {
        dnnl_memory_destroy(arguments[--made].memory);
    }
    return is_done;
}

bool preread_product_run(const PrereadProduct *product, const void *left, const void *right, void *result) {
    Worker *worker = worker_here();
    if (worker == NULL) {
        return false;
    }
    const size_t scratch_bytes = dnnl_memory_desc_get_size(&product->scratch);
    void *scratch = worker_scratch(worker, scratch_bytes);
    if (scratch_bytes > 0 && scratch == NULL) {
        return false;
    }
    const Part parts[] = {
        {DNNL_ARG_SRC, &product->left, (void *)left},
        {DNNL_ARG_WEIGHTS, &product->right, (void *)right},
        {DNNL_ARG_DST, &product->result, result},
        {DNNL_ARG_SCRATCHPAD, &product->scratch, scratch},
    };
    return execute(product->primitive, worker, parts, sizeof parts / sizeof *parts);
}

// MARK: Packing

size_t preread_product_packed_bytes(const PrereadProduct *product) {
    return dnnl_memory_desc_get_size(&product->right);
}

bool preread_product_pack(const PrereadProduct *product, const void *right, void *packed) {
    Worker *worker = worker_here();
    if (worker == NULL) {
        return false;
    }
    dnnl_primitive_desc_t description = NULL;
    if (dnnl_reorder_primitive_desc_create(&description, &product->plain, engine, &product->right, engine, NULL)
        != dnnl_success) {
        return false;
    }
    dnnl_primitive_t reorder = NULL;
    bool is_done = dnnl_primitive_create(&reorder, description) == dnnl_success;
    dnnl_primitive_desc_destroy(description);
    if (is_done) {
        const Part parts[] = {
            {DNNL_ARG_FROM, &product->plain, (void *)right},
            {DNNL_ARG_TO, &product->right, packed},
        };
        is_done = execute(reorder, worker, parts, sizeof parts / sizeof *parts);
        dnnl_primitive_destroy(reorder);
    }
    return is_done;
}

int preread_onednn_version(void) {
    const dnnl_version_t *version = dnnl_version();
    return version->major * 10000 + version->minor * 100 + version->patch;
}

// MARK: CPU

bool preread_cpu_multiplies_bfloat16(void) {
    __builtin_cpu_init();
    return preread_cpu_has_avx512_core() && __builtin_cpu_supports("avx512bf16");
}

bool preread_cpu_has_avx512_core(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq");
}

bool preread_cpu_multiplies_integer8(void) {
    __builtin_cpu_init();
    return preread_cpu_has_avx512_core() && __builtin_cpu_supports("avx512vnni");
}

void preread_cpu_name(char name[PREREAD_CPU_NAME_SIZE]) {
    memset(name, 0, PREREAD_CPU_NAME_SIZE);
    // Leaves 0x80000002 to 0x80000004: sixteen letters each (Intel SDM vol. 2A, CPUID, "Processor Brand String").
    for (unsigned leaf = 0; leaf < 3; leaf++) {
        unsigned words[4] = {0};
        if (__get_cpuid(0x80000002 + leaf, &words[0], &words[1], &words[2], &words[3])) {
            memcpy(name + 16 * leaf, words, sizeof words);
        }
    }
    // A virtual machine may hide instructions of the CPU that it names.
    name[45] = (char)('0' + preread_cpu_has_avx512_core());
    name[46] = (char)('0' + preread_cpu_multiplies_bfloat16());
    name[47] = (char)('0' + preread_cpu_multiplies_integer8());
    for (int i = 0; i < 45; i++) {
        if (name[i] == 0) name[i] = ' ';
    }
}
