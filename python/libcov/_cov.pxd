# The C library, as its headers declare it.

from libc.stddef cimport size_t
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t


cdef extern from "arrow/abi.h" nogil:
    struct ArrowSchema:
        const char *format
        const char *name
        const char *metadata
        int64_t flags
        int64_t n_children
        ArrowSchema **children
        ArrowSchema *dictionary
        void (*release)(ArrowSchema *) noexcept nogil
        void *private_data

    struct ArrowArray:
        int64_t length
        int64_t null_count
        int64_t offset
        int64_t n_buffers
        int64_t n_children
        const void **buffers
        ArrowArray **children
        ArrowArray *dictionary
        void (*release)(ArrowArray *) noexcept nogil
        void *private_data

    struct ArrowArrayStream:
        int (*get_schema)(ArrowArrayStream *, ArrowSchema *) noexcept nogil
        int (*get_next)(ArrowArrayStream *, ArrowArray *) noexcept nogil
        const char *(*get_last_error)(ArrowArrayStream *) noexcept nogil
        void (*release)(ArrowArrayStream *) noexcept nogil
        void *private_data


cdef extern from "<cov/cov.h>" nogil:
    ctypedef int32_t cov_status
    ctypedef struct cov_error:
        cov_status code
        char message[1020]
    ctypedef int (*cov_progress)(void *, const char *, double) noexcept nogil
    const char *cov_version()

    ctypedef struct cov_area:
        const char *id
        const char *name
        const char **parents
        const void *wkb
        size_t wkb_size
    ctypedef struct cov_areas:
        pass
    void cov_areas_free(cov_areas *)
    size_t cov_areas_count(const cov_areas *)
    size_t cov_areas_levels(const cov_areas *)
    const char *cov_areas_id(const cov_areas *, size_t)
    const char *cov_areas_name(const cov_areas *, size_t)
    const char *cov_areas_parent(const cov_areas *, size_t, size_t)
    const char *cov_areas_level_name(const cov_areas *, size_t)
    const char *cov_areas_crs(const cov_areas *)
    int32_t cov_areas_find(const cov_areas *, const char *)
    void cov_areas_extent(const cov_areas *, double *)
    uint64_t cov_areas_fingerprint(const cov_areas *)
    size_t cov_areas_memory(const cov_areas *)

    ctypedef struct cov_points:
        size_t n
        const double *x
        const double *y
        size_t x_stride
        size_t y_stride
        const uint64_t *weight
        const uint64_t *served
        const uint64_t *unknown
        const int32_t *area
        const uint8_t *overlap
    cov_status cov_areas_locate(const cov_areas *, const cov_points *, int32_t *, uint8_t *,
                                cov_error *)

    ctypedef struct cov_footprint:
        pass
    cov_status cov_footprint_polygons(const void **, const size_t *, size_t, unsigned,
                                      cov_footprint **, cov_error *)
    ctypedef struct cov_near_options:
        size_t size
        double metres
        double metres_per_unit
        double semi_major
        double flattening
        const void **barriers
        const size_t *barrier_sizes
        size_t n_barriers
        unsigned threads
    cov_status cov_footprint_near(const void **, const size_t *, size_t, const cov_near_options *,
                                  cov_footprint **, cov_error *)
    void cov_footprint_free(cov_footprint *)
    void cov_footprint_extent(const cov_footprint *, double *)
    size_t cov_footprint_memory(const cov_footprint *)
    cov_status cov_footprint_mark(const cov_footprint *, const cov_points *, unsigned, uint64_t *,
                                  cov_error *)

    ctypedef struct cov_service:
        const char *name
        const cov_footprint *footprint

    ctypedef struct cov_tally:
        pass
    ctypedef struct cov_tally_options:
        size_t size
        uint32_t scale
        size_t max_cells
    ctypedef struct cov_count:
        uint64_t points
        uint64_t weight
    ctypedef struct cov_ledger:
        cov_count read
        cov_count assigned
        cov_count outside
        cov_count no_location
        cov_count duplicate
        cov_count rejected
        cov_count overlap
    ctypedef enum cov_exclusion:
        COV_EXCLUDE_DUPLICATE
        COV_EXCLUDE_REJECTED
    cov_status cov_tally_create(const cov_areas *, const cov_service *, size_t,
                                const cov_tally_options *, cov_tally **, cov_error *)
    void cov_tally_free(cov_tally *)
    cov_status cov_tally_push(cov_tally *, const cov_points *, cov_error *)
    cov_status cov_tally_exclude(cov_tally *, cov_exclusion, uint64_t, uint64_t, cov_error *)
    cov_status cov_tally_merge(cov_tally *, const cov_tally *, cov_error *)
    void cov_tally_ledger(const cov_tally *, cov_ledger *)
    uint32_t cov_tally_scale(const cov_tally *)
    size_t cov_tally_services(const cov_tally *)
    const char *cov_tally_service_name(const cov_tally *, size_t)
    size_t cov_tally_saved_size(const cov_tally *)
    cov_status cov_tally_save(const cov_tally *, void *, size_t, cov_error *)
    cov_status cov_tally_load(const cov_areas *, const void *, size_t, cov_tally **, cov_error *)

    ctypedef struct cov_indicator:
        const char *name
        const char *expression
    ctypedef struct cov_report:
        pass
    cov_status cov_report_create(const cov_tally *, const cov_indicator *, size_t, cov_report **,
                                 cov_error *)
    void cov_report_free(cov_report *)
    size_t cov_report_rows(const cov_report *)
    size_t cov_report_indicators(const cov_report *)
    const char *cov_report_indicator_name(const cov_report *, size_t)
    const char *cov_report_indicator_expression(const cov_report *, size_t)
    uint32_t cov_report_scale(const cov_report *)
    void cov_report_ledger(const cov_report *, cov_ledger *)
    ctypedef struct cov_share:
        uint64_t n
        uint64_t of
        uint64_t unknown
        double share
    ctypedef struct cov_row:
        size_t level
        int32_t area
        const char *id
        const char *name
        uint64_t households
    cov_status cov_report_row(const cov_report *, size_t, cov_row *, cov_error *)
    cov_status cov_report_share(const cov_report *, size_t, size_t, cov_share *, cov_error *)
    cov_status cov_tiers_check(const cov_tally *, const char **, size_t, cov_error *)
    cov_status cov_millionths_parse(const char *, uint32_t *, cov_error *)
    uint64_t cov_missing(uint64_t, uint64_t, uint32_t)
    ctypedef struct cov_gap:
        const char *name
        size_t indicator
        uint32_t share
        uint64_t missing
        uint64_t missing_in_areas
        uint64_t with_ "with"


cdef extern from "<cov/arrow.h>" nogil:
    ctypedef struct cov_table:
        pass
    ctypedef struct cov_table_options:
        size_t size
        const char *name
        const char *geometry
        const char *crs
    cov_status cov_table_create(ArrowArrayStream *, const cov_table_options *, cov_table **,
                                cov_error *)
    void cov_table_free(cov_table *)
    size_t cov_table_rows(const cov_table *)
    size_t cov_table_columns(const cov_table *)
    const char *cov_table_name(const cov_table *)
    const char *cov_table_column(const cov_table *, size_t)
    const char *cov_table_geometry(const cov_table *)
    const char *cov_table_crs(const cov_table *)

    ctypedef struct cov_area_columns:
        size_t size
        const char *id
        const char *name
        const char **parents
        size_t n_parents
        unsigned threads
    cov_status cov_areas_from_table(const cov_table *, const cov_area_columns *, cov_areas **,
                                    cov_error *)
    ctypedef struct cov_point_columns:
        size_t size
        const char *x
        const char *y
        const char *weight
        const char **services
        size_t n_services
    cov_status cov_tally_push_arrow(cov_tally *, ArrowArrayStream *, const cov_table_options *,
                                    const cov_point_columns *, cov_progress, void *, cov_error *)
    ctypedef struct cov_report_arrow:
        size_t size
        const char *id_column
        const char *name_column
        const char *measure
        const void **wkb
        const size_t *wkb_sizes
        const char *crs
    cov_status cov_report_to_arrow(const cov_report *, const cov_report_arrow *, ArrowArrayStream *,
                                   cov_error *)


cdef extern from "base/decimal.h" nogil:
    ctypedef enum cov_decimal_state:
        COV_DECIMAL_OK
        COV_DECIMAL_NOT_A_NUMBER
        COV_DECIMAL_NEGATIVE
        COV_DECIMAL_TOO_LARGE
    ctypedef struct cov_decimal:
        uint64_t units
    cov_decimal_state cov_decimal_of_double(double, uint32_t, cov_decimal *)


cdef extern from "arrow/table.h" nogil:
    ctypedef enum cov_cell_type:
        COV_CELL_OTHER
        COV_CELL_BOOLEAN
        COV_CELL_WHOLE
        COV_CELL_REAL
        COV_CELL_DECIMAL
        COV_CELL_TEXT
        COV_CELL_BYTES
    ctypedef struct cov_cell:
        int is_null
        int64_t whole
        int over
        double real
        const char *text
        size_t size
    int cov_table_find(const cov_table *, const char *)
    cov_cell_type cov_table_type(const cov_table *, size_t)
    void cov_table_cell(const cov_table *, size_t, size_t, cov_cell *)
    const void *cov_table_wkb(const cov_table *, size_t, size_t *)
    ctypedef struct cov_table_builder:
        pass
    cov_status cov_table_builder_create(const char *, const char **, size_t, const char *,
                                        const char *, cov_table_builder **, cov_error *)
    cov_status cov_table_builder_add(cov_table_builder *, const char **, const void *, size_t,
                                     cov_error *)
    cov_status cov_table_builder_finish(cov_table_builder *, cov_table **, cov_error *)
    void cov_table_builder_free(cov_table_builder *)


cdef extern from "<cov/io.h>" nogil:
    ctypedef struct cov_source:
        const char *path
        const char *layer
        const char *where
        const cov_table *table
    ctypedef enum cov_by:
        COV_BY_POLYGONS
        COV_BY_DISTANCE
        COV_BY_SIGNAL
        COV_BY_COLUMN
        COV_BY_TABLE
    ctypedef struct cov_job_service:
        const char *name
        cov_by by
        cov_source source
        const char *split
        double metres
        cov_source barriers
        double min
        double indoor
        double sigma
        double probability
        int bilinear
        const char *column
        const char *key
        const char *condition
    cov_status cov_distance_parse(const char *, double *, cov_error *)
    ctypedef enum cov_base_kind:
        COV_BASE_LAYER
        COV_BASE_MEASURE
        COV_BASE_AREA
    ctypedef struct cov_job_base:
        const char *name
        cov_base_kind kind
        cov_source source
        const char *weight_column
    ctypedef struct cov_job_target:
        const char *indicator
        uint32_t share
        uint64_t with_ "with"
    ctypedef struct cov_job_tiers:
        const char **expressions
        size_t n
    ctypedef struct cov_job_ratio:
        const char *name
        cov_source source
        const char *key
        const char *n
        const char *of
        const char *of_base
        unsigned per
    ctypedef enum cov_invalid:
        COV_INVALID_ERROR
        COV_INVALID_FIX
        COV_INVALID_SKIP
    ctypedef struct cov_job:
        size_t size
        cov_source areas
        const char *id_column
        const char *name_column
        const char **parent_columns
        size_t n_parents
        cov_source households
        const char *weight_column
        const char *household_id
        const cov_job_base *bases
        size_t n_bases
        const cov_job_service *services
        size_t n_services
        const cov_indicator *indicators
        size_t n_indicators
        const cov_job_tiers *tiers
        size_t n_tiers
        const cov_job_target *targets
        size_t n_targets
        const cov_job_ratio *ratios
        size_t n_ratios
        const char *assume_crs
        cov_invalid invalid
        const char **add_drivers
        size_t n_add_drivers
        int allow_network
        unsigned threads
        cov_progress progress
        void *progress_data

    ctypedef struct cov_project:
        pass
    cov_status cov_project_load(const char *, cov_project **, cov_error *)
    void cov_project_free(cov_project *)
    const cov_job *cov_project_job(const cov_project *)

    ctypedef struct cov_run:
        pass
    cov_status cov_run_create(const cov_job *, cov_run **, cov_error *)
    void cov_run_free(cov_run *)
    cov_status cov_run_conclude(const cov_job *, const cov_tally *, const char *, const char *,
                                cov_run **, cov_error *)
    const cov_areas *cov_run_areas(const cov_run *)
    ctypedef struct cov_base:
        const char *name
        const char *unit
        const cov_tally *tally
        const cov_report *report
    size_t cov_run_bases(const cov_run *)
    cov_base cov_run_base(const cov_run *, size_t)
    const cov_report *cov_run_report(const cov_run *)
    const char *cov_run_measure(const cov_run *)
    const char *cov_run_id_column(const cov_run *)
    const char *cov_run_name_column(const cov_run *)
    size_t cov_run_targets(const cov_run *)
    cov_gap cov_run_target(const cov_run *, size_t)
    size_t cov_run_ratios(const cov_run *)
    const char *cov_run_ratio_name(const cov_run *, size_t)
    ctypedef enum cov_note_kind:
        COV_NOTE_INFO
        COV_NOTE_WARNING
    ctypedef struct cov_note:
        cov_note_kind kind
        const char *text
    size_t cov_run_notes(const cov_run *)
    cov_note cov_run_note(const cov_run *, size_t)
    ctypedef struct cov_phase:
        const char *name
        double seconds
    size_t cov_run_phases(const cov_run *)
    cov_phase cov_run_phase(const cov_run *, size_t)
    const char *cov_run_manifest(const cov_run *)
    cov_status cov_job_areas(const cov_job *, const char *, cov_table **, cov_error *)
    cov_status cov_job_footprint(const cov_job *, size_t, const char *, cov_table **, cov_table **,
                                 cov_near_options *, cov_error *)
    ctypedef struct cov_write_options:
        size_t size
        const char *format
        int overwrite
        cov_progress progress
        void *progress_data
    cov_status cov_run_write(const cov_run *, const char *, const cov_write_options *, cov_error *)
    cov_status cov_run_to_arrow(const cov_run *, int, ArrowArrayStream *, cov_error *)
    cov_status cov_run_save(const cov_run *, const char *, int, cov_error *)
    cov_status cov_run_merge(const char **, size_t, const cov_job *, cov_run **, cov_error *)
    cov_status cov_crs_same(const char *, const char *, int *, cov_error *)
