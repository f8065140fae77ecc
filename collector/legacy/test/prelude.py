"""Takes away from the engine what JScript 5.1 of Windows 2000 does not have, so that using it is an error."""
import sys

PRELUDE = """
Array.prototype.push = Array.prototype.pop = Array.prototype.shift = Array.prototype.unshift = null;
Array.prototype.splice = Function.prototype.call = Function.prototype.apply = null;
Object.prototype.hasOwnProperty = Object.prototype.isPrototypeOf = null;
Number.prototype.toFixed = Number.prototype.toPrecision = Number.prototype.toExponential = null;
encodeURI = encodeURIComponent = decodeURI = decodeURIComponent = null;
"""

path = sys.argv[1]
with open(path, encoding="ascii") as script:
    text = script.read()
with open(path, "w", encoding="ascii") as script:
    script.write(PRELUDE + text)
