#pragma once
// The reader alone: connections are libcurl's (Sources/Upstream).
#include <hiredis/read.h>
