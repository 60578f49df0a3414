/* SPDX-License-Identifier: MIT */
#include "base/status.h"
