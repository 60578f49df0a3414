/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* stat */
#include "io/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/path.h"

/* ---------------------------------------------------------------- messages */

static cov_status fail_at(const cov_yaml *yaml, size_t line, size_t column, cov_error *err,
                          const char *text)
{
    return cov_fail(err, COV_ERR_INPUT, "%s, line %zu, column %zu: %s", yaml->label, line, column,
                    text);
}

cov_status cov_yaml_fail(const cov_yaml *yaml, size_t node, cov_error *err, const char *format, ...)
{
    char text[sizeof err->message];
    const cov_yaml_node *at = &yaml->node[node];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return fail_at(yaml, at->line, at->column, err, text);
}

/* The same for a byte of the file. */
static cov_status fail_byte(const cov_yaml *yaml, size_t offset, cov_error *err, const char *text)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset && i < yaml->size; i++) {
        unsigned char c = (unsigned char)yaml->bytes[i];
        line += c == '\n';
        if (c == '\n')
            column = 1;
        else
            column += (c & 0xC0) != 0x80; /* not inside a character */
    }
    return fail_at(yaml, line, column, err, text);
}

/* ---------------------------------------------------------------- bytes */

static cov_status check_file(const char *path, cov_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? cov_fail(err, COV_ERR_INPUT, "there is no file %s", path)
                   : cov_fail(err, COV_ERR_INPUT, "%s can't be read: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return cov_fail(err, COV_ERR_INPUT, "%s is a folder: name the project file in it", path);
    if (!S_ISREG(status.st_mode))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s is not a file but a pipe or a device: write it to a file first", path);
    return COV_OK;
}

static cov_status read_bytes(cov_yaml *yaml, const char *path, cov_error *err)
{
    cov_status s = check_file(path, err);
    if (s != COV_OK)
        return s;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return cov_fail(err, COV_ERR_INPUT, "%s can't be read: %s", path, strerror(errno));
    yaml->bytes = cov_alloc(COV_YAML_BYTES_MAX + 2, 1);
    if (yaml->bytes == NULL)
        s = cov_fail_memory(err);
    else {
        yaml->size = fread(yaml->bytes, 1, COV_YAML_BYTES_MAX + 1, file);
        yaml->bytes[yaml->size] = '\0';
        if (ferror(file))
            s = cov_fail(err, COV_ERR_INPUT, "%s can't be read: %s", path, strerror(errno));
        else if (yaml->size > COV_YAML_BYTES_MAX)
            s = cov_fail(err, COV_ERR_LIMIT, "%s is larger than 1 MiB: it is no project file",
                         yaml->label);
    }
    fclose(file);
    return s;
}

static int is_allowed(const char *text, size_t size)
{
    unsigned char c = (unsigned char)text[0];
    if (size == 1)
        return (c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r';
    return !(size == 2 && c == 0xC2 && (unsigned char)text[1] < 0xA0 &&
             (unsigned char)text[1] != 0x85); /* C1 */
}

static cov_status check_bytes(cov_yaml *yaml, cov_error *err)
{
    if (strncmp(yaml->bytes, "\xEF\xBB\xBF", 3) == 0) {
        yaml->size -= 3;
        memmove(yaml->bytes, yaml->bytes + 3, yaml->size + 1);
    }
    for (size_t i = 0, size = 0; i < yaml->size; i += size) {
        size = cov_character_size(yaml->bytes + i);
        if (size == 0 && yaml->bytes[i] != '\0')
            return fail_byte(yaml, i, err, "this is not UTF-8: save the file in that encoding");
        if (size == 0 || !is_allowed(yaml->bytes + i, size))
            return fail_byte(yaml, i, err,
                             "a control character, which no text file has: save the file as plain "
                             "text in UTF-8");
    }
    return COV_OK;
}

/* A stray where YAML wants blanks, before the key or the value of a line; NULL where there is none.
 */
static const char *find_stray(const char *line)
{
    const char *at = line + strspn(line, " -");
    if (cov_stray_code(at) != 0)
        return at;
    size_t key = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
    if (key == 0 || at[key] != ':')
        return NULL;
    at += key + 1;
    at += strspn(at, " ");
    return cov_stray_code(at) != 0 ? at : NULL;
}

/* YAML takes them for letters. */
static cov_status check_strays(const cov_yaml *yaml, cov_error *err)
{
    for (const char *line = yaml->bytes; line != NULL && *line != '\0';) {
        const char *stray = find_stray(line);
        if (stray != NULL) {
            char text[128];
            snprintf(text, sizeof text, "%s, where YAML needs an ordinary blank: type it anew",
                     cov_stray_name_of(stray).text);
            return fail_byte(yaml, (size_t)(stray - yaml->bytes), err, text);
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- mistakes of the syntax */

static int mentions(const char *text, const char *word)
{
    return text != NULL && strstr(text, word) != NULL;
}

/* The first byte of a character of the file. */
static char byte_at(const cov_yaml *yaml, yaml_mark_t mark)
{
    size_t line = 0, column = 0, i = 0;
    while (i < yaml->size && (line < mark.line || (line == mark.line && column < mark.column))) {
        column = yaml->bytes[i] == '\n' ? 0 : column + 1;
        line += yaml->bytes[i] == '\n';
        i += cov_character_size(yaml->bytes + i);
    }
    return yaml->bytes[i];
}

/* libyaml's words mean little to whoever doesn't know its grammar. */
static const char *remedy(const cov_yaml *yaml, const yaml_parser_t *parser)
{
    const char *problem = parser->problem, *context = parser->context;
    if (mentions(context, "alias") || mentions(context, "anchor") || mentions(context, "tag") ||
        mentions(context, "block scalar") || mentions(context, "directive"))
        return "put a value that begins with * & ! | > % or a quote in 'quotes'";
    if (mentions(problem, "tab character"))
        return "indent with blanks, not with tabs";
    if (mentions(problem, "cannot start any token"))
        return byte_at(yaml, parser->problem_mark) == '\t'
                   ? "indent with blanks, not with tabs"
                   : "put a value that begins with this character in 'quotes'";
    if (mentions(problem, "mapping values are not allowed"))
        return "put a value with a colon and a blank in 'quotes', and begin every key in a line "
               "of its own, below the first one";
    if (mentions(context, "quoted scalar"))
        return "the quote that is opened here is never closed, or not as it should be";
    if (mentions(problem, "expected ':'"))
        return "write KEY: VALUE, with a blank behind the colon";
    if (mentions(context, "flow"))
        return "what is opened with { or [ needs commas between its entries and has to be closed";
    return "check the indentation: keys of one map begin in one column, as do the - of a list";
}

static cov_status fail_syntax(const cov_yaml *yaml, const yaml_parser_t *parser, cov_error *err)
{
    char text[sizeof err->message];
    yaml_mark_t mark = parser->problem_mark;
    if (parser->error == YAML_MEMORY_ERROR)
        return cov_fail_memory(err);
    if (parser->error == YAML_READER_ERROR)
        return fail_byte(yaml, parser->problem_offset, err, "this is not UTF-8");
    /* The end of the file tells nobody where the quote was opened: where the value begins does. */
    if (mentions(parser->context, "while scanning a"))
        mark = parser->context_mark;
    snprintf(text, sizeof text, "no YAML (%s): %s",
             parser->problem != NULL ? parser->problem : "not understood", remedy(yaml, parser));
    return fail_at(yaml, mark.line + 1, mark.column + 1, err, text);
}

/* ---------------------------------------------------------------- tree */

typedef struct builder {
    cov_yaml *yaml;
    size_t open[COV_YAML_DEPTH_MAX]; /* maps and lists around the next node */
    size_t last[COV_YAML_DEPTH_MAX]; /* their last child */
    size_t depth;
    size_t documents;
} builder;

/* The place of an event that makes no node. */
static cov_status fail_event(const builder *b, const yaml_event_t *event, cov_error *err,
                             const char *text)
{
    return fail_at(b->yaml, event->start_mark.line + 1, event->start_mark.column + 1, err, text);
}

static int waits_for_key(const builder *b)
{
    const cov_yaml_node *parent = &b->yaml->node[b->open[b->depth - 1]];
    return parent->kind == COV_YAML_MAP && parent->n % 2 == 0;
}

static void hang(builder *b, size_t index)
{
    if (b->depth == 0)
        return;
    cov_yaml_node *node = b->yaml->node;
    size_t *last = &b->last[b->depth - 1];
    if (*last == 0)
        node[b->open[b->depth - 1]].first = index;
    else
        node[*last].next = index;
    *last = index;
    node[b->open[b->depth - 1]].n++; /* halved for maps when they close */
}

static cov_status add_node(builder *b, const yaml_event_t *event, cov_yaml_kind kind,
                           cov_error *err)
{
    cov_yaml *yaml = b->yaml;
    if (b->depth > 0 && kind != COV_YAML_TEXT && waits_for_key(b))
        return fail_event(b, event, err, "a key is a plain word, not a list or map");
    if (yaml->n == COV_YAML_NODES_MAX)
        return fail_event(b, event, err, "more than 100000 values: this is no project file");
    if (cov_reserve((void **)&yaml->node, &yaml->capacity, yaml->n + 1, sizeof *yaml->node) != 0)
        return cov_fail_memory(err);
    cov_yaml_node *node = &yaml->node[yaml->n];
    memset(node, 0, sizeof *node);
    node->kind = kind;
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    hang(b, yaml->n++);
    return COV_OK;
}

static cov_status open_node(builder *b, const yaml_event_t *event, cov_yaml_kind kind,
                            cov_error *err)
{
    if (b->depth == COV_YAML_DEPTH_MAX)
        return fail_event(b, event, err, "lists and maps within each other more than 16 deep");
    cov_status s = add_node(b, event, kind, err);
    if (s != COV_OK)
        return s;
    b->yaml->node[b->yaml->n - 1].braces =
        kind == COV_YAML_MAP ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                             : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    b->last[b->depth] = 0;
    b->open[b->depth++] = b->yaml->n - 1;
    return COV_OK;
}

static cov_status add_text(builder *b, const yaml_event_t *event, cov_error *err)
{
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != event->data.scalar.length)
        return fail_event(b, event, err, "a text with a NUL character");
    cov_status s = add_node(b, event, COV_YAML_TEXT, err);
    if (s != COV_OK)
        return s;
    cov_yaml_node *node = &b->yaml->node[b->yaml->n - 1];
    node->text = cov_copy_text(value);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return node->text != NULL ? COV_OK : cov_fail_memory(err);
}

static cov_status refuse_marks(const builder *b, const yaml_event_t *event,
                               const yaml_char_t *anchor, const yaml_char_t *tag, cov_error *err)
{
    if (tag != NULL)
        return fail_event(b, event, err,
                          "a value that begins with ! stands in 'quotes' (tags of YAML mean "
                          "nothing here)");
    if (anchor != NULL)
        return fail_event(b, event, err,
                          "a value that begins with & stands in 'quotes' (anchors of YAML are not "
                          "followed: write out what is meant)");
    return COV_OK;
}

static cov_status take_event(builder *b, const yaml_event_t *event, cov_error *err)
{
    cov_status s = COV_OK;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->documents++ > 0)
            s = fail_event(b, event, err, "a second document (---): a project file has one");
        return s;
    case YAML_ALIAS_EVENT:
        return fail_event(b, event, err,
                          "a value that begins with * stands in 'quotes' (aliases of YAML are not "
                          "followed: write out what is meant)");
    case YAML_SCALAR_EVENT:
        s = refuse_marks(b, event, event->data.scalar.anchor, event->data.scalar.tag, err);
        return s == COV_OK ? add_text(b, event, err) : s;
    case YAML_SEQUENCE_START_EVENT:
        s = refuse_marks(b, event, event->data.sequence_start.anchor,
                         event->data.sequence_start.tag, err);
        return s == COV_OK ? open_node(b, event, COV_YAML_LIST, err) : s;
    case YAML_MAPPING_START_EVENT:
        s = refuse_marks(b, event, event->data.mapping_start.anchor, event->data.mapping_start.tag,
                         err);
        return s == COV_OK ? open_node(b, event, COV_YAML_MAP, err) : s;
    case YAML_MAPPING_END_EVENT:
        b->yaml->node[b->open[--b->depth]].n /= 2;
        return COV_OK;
    case YAML_SEQUENCE_END_EVENT:
        b->depth--;
        return COV_OK;
    default:
        return COV_OK;
    }
}

static cov_status build(cov_yaml *yaml, yaml_parser_t *parser, cov_error *err)
{
    builder b;
    memset(&b, 0, sizeof b);
    b.yaml = yaml;
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return fail_syntax(yaml, parser, err);
        int last = event.type == YAML_STREAM_END_EVENT;
        cov_status s = take_event(&b, &event, err);
        yaml_event_delete(&event);
        if (s != COV_OK || last)
            return s;
    }
}

static cov_status parse(cov_yaml *yaml, cov_error *err)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return cov_fail_memory(err);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml->bytes, yaml->size);
    cov_status s = build(yaml, &parser, err);
    yaml_parser_delete(&parser);
    if (s == COV_OK && yaml->n == 0)
        s = fail_at(yaml, 1, 1, err, "the file is empty: it needs areas and what is counted there");
    return s;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_yaml_read(const char *path, cov_yaml *out, cov_error *err)
{
    cov_yaml yaml;
    memset(&yaml, 0, sizeof yaml);
    yaml.label = cov_copy_text(cov_path_base(path));
    cov_status s = yaml.label != NULL ? read_bytes(&yaml, path, err) : cov_fail_memory(err);
    if (s == COV_OK)
        s = check_bytes(&yaml, err);
    if (s == COV_OK)
        s = check_strays(&yaml, err);
    if (s == COV_OK)
        s = parse(&yaml, err);
    if (s == COV_OK)
        *out = yaml;
    else
        cov_yaml_clear(&yaml);
    return s;
}

void cov_yaml_clear(cov_yaml *yaml)
{
    for (size_t i = 0; i < yaml->n; i++)
        cov_free(yaml->node[i].text);
    cov_free(yaml->node);
    cov_free(yaml->bytes);
    cov_free(yaml->label);
    memset(yaml, 0, sizeof *yaml);
}

size_t cov_yaml_value(const cov_yaml *yaml, size_t map, const char *key)
{
    const cov_yaml_node *node = yaml->node;
    if (node[map].kind != COV_YAML_MAP)
        return 0;
    for (size_t k = node[map].first; k != 0; k = node[node[k].next].next) {
        if (strcmp(node[k].text, key) == 0)
            return node[k].next;
    }
    return 0;
}
