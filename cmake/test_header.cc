#include <gtest/gtest.h> // the header itself is what this object is for
