/* Shape format: the bytes of a shapefile.
 * SPDX-License-Identifier: MIT
 *
 * ESRI Shapefile Technical Description, July 1998, pages 3-5, 8, 16, 20 and 23-24. dBASE III and
 * its followers: a header of 32 bytes, 32 for each column, a mark behind them. */
#ifndef COV_IO_SHAPE_FORMAT_H
#define COV_IO_SHAPE_FORMAT_H

#include <stdint.h>

/* .shp and .shx */
#define SHP_CODE 9994 /* at 0, big-endian */
#define SHP_LENGTH 24 /* of the file, in words of 16 bits, big-endian */
#define SHP_TYPE 32   /* of the shapes, little-endian */
#define SHP_HEADER 100
#define SHX_RECORD 8

enum { SHP_POINT = 1, SHP_POINT_Z = 11, SHP_POINT_M = 21 };

/* .dbf */
#define DBF_RECORDS 4       /* their number, 32 bits */
#define DBF_HEADER_LENGTH 8 /* 16 bits */
#define DBF_RECORD_LENGTH 10
#define DBF_LANGUAGE 29
#define DBF_HEADER 32
#define DBF_COLUMN 32
#define DBF_COLUMNS 255
#define DBF_END 0x0D
#define DBF_DELETED '*'

static inline uint32_t big32(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint32_t little32(const unsigned char *b)
{
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static inline uint32_t little16(const unsigned char *b)
{
    return (uint32_t)b[1] << 8 | b[0];
}

#endif
