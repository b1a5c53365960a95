"""digits.py DIRECTORY COUNT: the first digits and labels of an example as C arrays,
to stdout."""

import gzip
import os
import sys

directory = sys.argv[1]
try:
    count = int(sys.argv[2])
except ValueError:
    sys.exit("digits.py: '%s' is no number of digits" % sys.argv[2])
read = lambda name, start: gzip.open(os.path.join(directory, name)).read()[start:]
pixels = read("digits-idx3-ubyte.gz", 16)
labels = read("labels-idx1-ubyte.gz", 8)
if not 0 < count <= len(labels):
    sys.exit("digits.py: there are %d digits, %d are asked for" % (len(labels), count))
array = lambda values: "{%s}" % ", ".join(map(str, values))
print("enum { NUM_DIGITS = %d };" % count)
print("static const unsigned char labels[NUM_DIGITS] = %s;" % array(labels[:count]))
print("static const unsigned char digits[NUM_DIGITS][784] = {")
for i in range(count):
    print("  %s," % array(pixels[784 * i : 784 * (i + 1)]))
print("};")
