/* Footprints by distance against PROJ's geodesics. SPDX-License-Identifier: MIT
 *
 * The distance from a point to a segment, straight in degrees, is the least of the geodesics to its
 * places: looked for at some places all along, then by golden section between the neighbours of the
 * best. Most points are put within a few parts in 10^4 of the distance, many within some in 10^6,
 * by walking a geodesic from a place of the network. A difference is an error unless the distances
 * agree to one part in 10^6. */
#include <geodesic.h>

#include "networks.h"
#include "share.h"

enum { POINTS_EACH = 7000, PIECES = 24, STEPS = 40 };

typedef struct world {
    const char *name;
    double longitude, latitude; /* where it lies */
    double metres;
    double step; /* degrees between vertices */
} world;

static const world worlds[] = {
    {"equator, 1 m", 10, 0, 1, 1e-4},
    {"equator, 50 km", 10, 0, 50000, 0.2},
    {"latitude 10, 150 m", 106, 10, 150, 1e-3},
    {"latitude 21, 500 m", 105, 21, 500, 2e-3},
    {"latitude 21, 100 km", 105, 21, 100000, 0.7},
    {"latitude -45, 5 km", -70, -45, 5000, 0.05},
    {"latitude 60, 20 km, long segments", 25, 60, 20000, 3},
    {"latitude 70, 50 m, long segments", 25, 70, 50, 0.5},
    {"latitude 80, 50 km", 20, 80, 50000, 0.5},
    {"latitude 89.9, 1 km", 0, 89.9, 1000, 0.05},
    {"latitude 89.9, 50 km", 0, 89.9, 50000, 0.3},
    {"latitude -89.9, 20 km", 140, -89.9, 20000, 0.05},
    {"antimeridian, 500 m", 179.999, 16, 500, 2e-3},
    {"antimeridian, 30 km", -179.9, -16, 30000, 0.1},
    {"antimeridian at 80, 50 km", 179.5, 80, 50000, 0.2},
};

static struct geod_geodesic earth;

static double geodesic(spot p, spot q)
{
    double s;
    geod_inverse(&earth, p.y, p.x, q.y, q.x, &s, NULL, NULL);
    return s;
}

static spot place_on(piece s, double t)
{
    return (spot){s.a.x + t * (s.b.x - s.a.x), s.a.y + t * (s.b.y - s.a.y)};
}

/* The least distance between two places of the segment, where there is but one least, at *where. */
static double golden(piece s, spot p, double low, double high, double *where)
{
    const double ratio = 0.6180339887498949;
    double t = high - ratio * (high - low), u = low + ratio * (high - low);
    double at_t = geodesic(p, place_on(s, t)), at_u = geodesic(p, place_on(s, u));
    for (int i = 0; i < STEPS; i++) {
        if (at_t < at_u) {
            high = u;
            u = t;
            at_u = at_t;
            t = high - ratio * (high - low);
            at_t = geodesic(p, place_on(s, t));
        } else {
            low = t;
            t = u;
            at_t = at_u;
            u = low + ratio * (high - low);
            at_u = geodesic(p, place_on(s, u));
        }
    }
    *where = (low + high) / 2;
    return fmin(at_t, at_u);
}

/* The distance, where no more than `enough`, and the nearest place, *where along the segment. */
static double distance(piece s, spot p, double length, double enough, double *where)
{
    double a = geodesic(p, s.a), b = geodesic(p, s.b), least = fmin(a, b), at = 0;
    *where = a < b ? 0 : 1;
    if (length <= 0 || fmax(a, b) - length > enough)
        return least;
    int best = a < b ? 0 : PIECES;
    for (int i = 1; i < PIECES; i++) {
        double d = geodesic(p, place_on(s, (double)i / PIECES));
        if (d < least) {
            least = d;
            best = i;
        }
    }
    double low = fmax((double)(best - 1) / PIECES, 0), high = fmin((double)(best + 1) / PIECES, 1);
    double d = golden(s, p, low, high, &at);
    if (d < least)
        *where = at;
    return fmin(least, d);
}

/* Of the segment at least as long as its longest way round. */
static double length_of(piece s)
{
    double sum = 0;
    for (int i = 0; i < PIECES; i++)
        sum += geodesic(place_on(s, (double)i / PIECES), place_on(s, (i + 1.0) / PIECES));
    return sum * 1.01;
}

static void make_network(const world *w, rng *r, network *net)
{
    for (int i = 0; i < 4; i++) {
        double far = 3 * w->step;
        spot from = {w->longitude + rng_between(r, -far, far),
                     w->latitude + rng_between(r, -far, far)};
        network_wander(net, r, from, w->step, i == 0 ? 1 : 5);
    }
    for (size_t i = 0; i < net->n_v; i++)
        net->v[i].y = fmin(fmax(net->v[i].y, -90), 90);
}

/* About as far as the distance from a place of the network, across it or beyond an end, some very
 * nearly so. */
static spot make_point(const world *w, rng *r, const piece *s, size_t n, size_t i)
{
    piece at = s[rng_below(r, n)];
    double t = i % 3 ? rng_unit(r) : 0, azimuth = 0, off = rng_between(r, -180, 180);
    spot from = place_on(at, t), on = place_on(at, t + 1e-4);
    geod_inverse(&earth, from.y, from.x, on.y, on.x, NULL, &azimuth, NULL);
    if (i % 3)
        off = i % 2 ? 90 : -90;
    const double spread[] = {1, 1e-3, 1e-5, 1e-7};
    spot p;
    geod_direct(&earth, from.y, from.x, azimuth + off,
                w->metres * (1 + spread[i % 4] * rng_between(r, -1, 1)), &p.y, &p.x, NULL);
    p.x += i % 11 == 0 ? 360 : 0;
    return p;
}

typedef struct counts {
    size_t points, reached, close, wrong;
    double worst; /* of the differences, as a part of the distance */
} counts;

static void judge(counts *c, const world *w, spot p, double d, bool served)
{
    c->points++;
    c->reached += served;
    c->close += fabs(d - w->metres) <= 1e-5 * w->metres;
    if (served == (d <= w->metres))
        return;
    double off = fabs(d - w->metres) / w->metres;
    c->worst = fmax(c->worst, off);
    if (off <= 1e-6)
        return;
    if (c->wrong++ < 5)
        printf("# %s: (%.17g, %.17g), at %.9g m, is %s\n", w->name, p.x, p.y, d,
               served ? "reached" : "not reached");
}

static counts run(const world *w, uint64_t seed, size_t n)
{
    rng r = {seed};
    network net = {0};
    counts c = {0};
    make_network(w, &r, &net);
    size_t n_pieces;
    piece *s = network_pieces(&net, &n_pieces);
    double *length = blank(n_pieces, sizeof *length);
    spot *p = blank(n, sizeof *p);
    uint64_t *served = blank(n, sizeof *served);
    for (size_t k = 0; k < n_pieces; k++)
        length[k] = length_of(s[k]);
    for (size_t i = 0; i < n; i++)
        p[i] = make_point(w, &r, s, n_pieces, i);
    cov_footprint *f = footprint_of_network(&net, NULL, within(w->metres, 0), &r);
    mark_all(f, p, n, served);
    for (size_t i = 0; i < n; i++) {
        double least = INFINITY, at;
        for (size_t k = 0; k < n_pieces; k++)
            least = fmin(least, distance(s[k], p[i], length[k], fmin(least, 2 * w->metres), &at));
        judge(&c, w, p[i], least, served[i] != 0);
    }
    cov_footprint_free(f);
    free(served);
    free(p);
    free(length);
    free(s);
    network_free(&net);
    return c;
}

/* ---------------------------------------------------------------- barriers */

enum { NO, YES, CLOSE };

static int turn(spot a, spot b, spot c)
{
    double left = (b.x - a.x) * (c.y - a.y), right = (b.y - a.y) * (c.x - a.x);
    double scale = hypot(b.x - a.x, b.y - a.y) * hypot(c.x - a.x, c.y - a.y);
    return fabs(left - right) < 1e-4 * scale ? 0 : left > right ? 1 : -1;
}

static int crosses(spot p, spot q, piece b)
{
    int ab = turn(b.a, b.b, p) * turn(b.a, b.b, q), pq = turn(p, q, b.a) * turn(p, q, b.b);
    return ab > 0 || pq > 0 ? NO : ab < 0 && pq < 0 ? YES : CLOSE;
}

/* Of the drop to q, at every turn of 360 degrees. */
static int crosses_any(spot p, spot q, const piece *b, size_t n)
{
    int answer = NO;
    p.x += 360 * round((q.x - p.x) / 360);
    for (size_t i = 0; i < n && answer != YES; i++) {
        for (double turned = -360; turned <= 360 && answer != YES; turned += 360) {
            int one = crosses((spot){p.x + turned, p.y}, (spot){q.x + turned, q.y}, b[i]);
            answer = one == NO ? answer : one;
        }
    }
    return answer;
}

static int passed(const world *w, spot p, const piece *s, const double *length, size_t n,
                  const piece *b, size_t n_b)
{
    int answer = NO;
    for (size_t k = 0; k < n && answer != YES; k++) {
        double t = 0, d = distance(s[k], p, length[k], 2 * w->metres, &t);
        if (fabs(d - w->metres) <= 1e-5 * w->metres)
            answer = CLOSE;
        if (d > w->metres)
            continue;
        int crossed = crosses_any(p, place_on(s[k], t), b, n_b);
        answer = crossed == NO ? YES : crossed == CLOSE ? CLOSE : answer;
    }
    return answer;
}

/* Fences across the network, as long as the distance or as a segment. */
static void make_fences(const world *w, rng *r, const network *net, network *fences)
{
    for (int i = 0; i < 12; i++) {
        spot from = net->v[rng_below(r, net->n_v)], v[3];
        for (int k = 0; k < 3; k++)
            geod_direct(&earth, from.y, from.x, rng_between(r, -180, 180),
                        w->metres * rng_between(r, 0.05, 1.5), &v[k].y, &v[k].x, NULL);
        for (int k = 1; k < 3; k++) /* not around the world */
            v[k].x += 360 * round((v[0].x - v[k].x) / 360);
        network_add(fences, v, 3);
    }
}

static counts run_barred(const world *w, uint64_t seed, size_t n)
{
    rng r = {seed};
    network net = {0}, fences = {0};
    counts c = {0};
    make_network(w, &r, &net);
    make_fences(w, &r, &net, &fences);
    size_t n_pieces, n_fences;
    piece *s = network_pieces(&net, &n_pieces), *b = network_pieces(&fences, &n_fences);
    double *length = blank(n_pieces, sizeof *length);
    for (size_t k = 0; k < n_pieces; k++)
        length[k] = length_of(s[k]);
    cov_footprint *f = footprint_of_network(&net, &fences, within(w->metres, 0), &r);
    for (size_t i = 0; i < n; i++) {
        spot from = i % 2 ? net.v[rng_below(&r, net.n_v)] : place_on(s[i % n_pieces], rng_unit(&r));
        spot p;
        geod_direct(&earth, from.y, from.x, rng_between(&r, -180, 180),
                    w->metres * rng_between(&r, 0.01, 1), &p.y, &p.x, NULL);
        int want = passed(w, p, s, length, n_pieces, b, n_fences);
        bool got = near_one(f, p.x, p.y);
        c.points++;
        c.reached += got;
        c.close += want == CLOSE;
        if (want != CLOSE && got != (want == YES) && c.wrong++ < 5)
            printf("# %s, barred: (%.17g, %.17g) is %s\n", w->name, p.x, p.y,
                   got ? "passed" : "stopped");
    }
    cov_footprint_free(f);
    free(length);
    free(s);
    free(b);
    network_free(&net);
    network_free(&fences);
    return c;
}

static bool report_barred(size_t number)
{
    counts all = {0};
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        for (uint64_t k = 0; k < 4; k++) {
            counts c = run_barred(&worlds[i], 7000 + 10 * i + k, share_of(300));
            all.points += c.points;
            all.reached += c.reached;
            all.close += c.close;
            all.wrong += c.wrong;
        }
    }
    bool ok = all.wrong == 0 && all.reached * 10 > all.points &&
              all.reached * 10 < 9 * all.points && all.close * 20 < all.points;
    printf("%s %zu - barriers: %zu points, %zu passed, %zu too close to tell; %zu wrong\n",
           ok ? "ok" : "not ok", number, all.points, all.reached, all.close, all.wrong);
    return ok;
}

int main(void)
{
    size_t n = sizeof worlds / sizeof worlds[0], each = share_of(POINTS_EACH);
    bool all = true;
    geod_init(&earth, 6378137, 1 / 298.257223563);
    printf("1..%zu\n", n + 1);
    for (size_t i = 0; i < n; i++) {
        counts c = {0};
        for (uint64_t k = 0; k < 4; k++) {
            counts part = run(&worlds[i], 100 * i + k, each / 4 + 1);
            c.points += part.points;
            c.reached += part.reached;
            c.close += part.close;
            c.wrong += part.wrong;
            c.worst = fmax(c.worst, part.worst);
        }
        bool ok = c.wrong == 0 && c.reached > 0 && c.reached < c.points && c.close > c.points / 15;
        printf("%s %zu - %s: %zu points, %zu reached, %zu within 10^-5 of the distance; off by "
               "%.1e at most; %zu wrong\n",
               ok ? "ok" : "not ok", i + 1, worlds[i].name, c.points, c.reached, c.close, c.worst,
               c.wrong);
        fflush(stdout);
        all = all && ok;
    }
    all = report_barred(n + 1) && all;
    return all ? 0 : 1;
}
