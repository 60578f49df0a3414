/* SPDX-License-Identifier: MIT */
#include <cov/io.h>

#include <cpl_conv.h>
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"

static const struct {
    const char *name;
    double metres;
} units[] = {{"m", 1}, {"km", 1000}, {"ft", 0.3048}};

/* Blanks, and the no-break space that word processors put between a number and its unit. */
static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || strncmp(text, "\xC2\xA0", 2) == 0)
        text += *text == ' ' ? 1 : 2;
    return text;
}

static double metres_of(const char *unit)
{
    size_t length = strlen(unit);
    while (length > 0 && unit[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strlen(units[i].name) == length && strncmp(units[i].name, unit, length) == 0)
            return units[i].metres;
    }
    return 0;
}

cov_status cov_distance_parse(const char *text, double *metres, cov_error *err)
{
    if (text == NULL || metres == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no distance to read");
    size_t digits = strspn(text, "0123456789.");
    const char *unit = skip_blanks(text + digits);
    char *end;
    double value = CPLStrtod(text, &end);
    double factor = metres_of(unit);
    if (digits == 0 || end != text + digits || factor == 0)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "\"%s\" is no distance: write a number and its unit, such as 150m, 0.5km "
                        "or 500ft",
                        cov_quote(text).text);
    if (!(value > 0) || !isfinite(value * factor))
        return cov_fail(err, COV_ERR_ARGUMENT, "\"%s\" is no distance greater than 0",
                        cov_quote(text).text);
    *metres = value * factor;
    return COV_OK;
}
