"""Random filters in the language of ML Metadata, most of them well typed.

A Grammar writes filters on one kind of node, each of them from its own random
numbers. $a0, $e1, $c2 stand for identities of nodes and $T0, $T1 for those of
types, since they differ from store to store.
"""
import random

KEYWORDS = "AND OR NOT IN LIKE BETWEEN IS NULL TRUE FALSE CASE WHEN THEN ELSE END CAST AS SELECT FROM WHERE EXISTS".split()

# What the data set of fuzz_filters.py has, and something that it has not.
PROPERTIES = {"a": ["span", "split", "ok", "score"], "e": ["lr", "step"], "c": ["owner", "rank"]}
CUSTOMS = ["k", "n", "d", "flag", "`odd key`", "`a.b`", "`dash-ed`", "`select`"]
TYPES = ["FData", "FModel", "FTrain", "FEval", "FRun", "FPipe"]
# No backslashes and control characters, which the engine hands to its database with one more backslash.
TEXTS = ["", "a", "A", "abc", "ABC", "it's", 'say "hi"', "%", "_", "a%", "%b%", "_b_", "12", " 12 ", "-3.5", "1e3", "true", "ü", "ÄÖ", "日本", "gs://b/d/0", "gs://%", "a0", "e1", "c0", "ext-0", "--", "/*", "#", "{}", '{"a": {"b": 1}}', "0x1F", "LIVE", "NULL", "`"]
INTEGERS = ["0", "1", "2", "3", "7", "10", "-1", "-2", "0x10", "0XfF", "100", "1000", "1004", "9007199254740993", "9223372036854775807", "-9223372036854775808", "007"]
LARGE = ["9223372036854775808", "18446744073709551615", "18446744073709551616", "0xFFFFFFFFFFFFFFFF"]
# Nothing beyond the range of a double either, which becomes a word that its database does not know.
FLOATS = ["0.0", "1.0", "0.5", ".5", "2.", "2.5", "-0.5", "1e3", "1E-2", "1.5e+2", "0.1", "1e300", "-1e300", "3.0"]
STATES = {
    "a": ["UNKNOWN", "PENDING", "LIVE", "MARKED_FOR_DELETION", "DELETED"],
    "e": ["UNKNOWN", "NEW", "RUNNING", "COMPLETE", "FAILED", "CACHED", "CANCELED"],
}
EVENTS = ["DECLARED_OUTPUT", "DECLARED_INPUT", "INPUT", "OUTPUT", "INTERNAL_INPUT", "INTERNAL_OUTPUT"]
NO_STATES = ["live", "'LIVE'", "2", "NOPE", "ABANDONED", "PENDING_OUTPUT", "NULL", "`LIVE`", "state", "REFERENCE"]

# Functions by result, with the types of their arguments; ? marks one that may be missing.
FUNCTIONS = {
    "I": [("LENGTH", "S"), ("ABS", "I"), ("SIGN", "I"), ("UNICODE", "S"), ("COALESCE", "II?I"), ("IFNULL", "II"), ("NULLIF", "II")],
    "D": [("ABS", "D"), ("ROUND", "D?I"), ("SIGN", "D"), ("COALESCE", "DD"), ("IFNULL", "DD"), ("NULLIF", "DD"), ("COALESCE", "ID")],
    "S": [("UPPER", "S"), ("LOWER", "S"), ("SUBSTR", "SP?P"), ("TRIM", "S?S"), ("LTRIM", "S?S"), ("RTRIM", "S?S"), ("REPLACE", "SSS"),
          ("COALESCE", "SS?S"), ("IFNULL", "SS"), ("NULLIF", "SS"), ("JSON_EXTRACT", "SJ"), ("FORMAT", "F?I?S")],
    "B": [("COALESCE", "BB"), ("IFNULL", "BB"), ("NULLIF", "BB")],
}
# Functions that the engine types and then cannot run, that are aggregates, or that are none.
STRANGE = [("MOD", "II"), ("CONCAT", "SS"), ("STARTS_WITH", "SS"), ("ENDS_WITH", "SS"), ("REGEXP_CONTAINS", "SS"), ("IF", "BII"), ("IF", "BSS"), ("GREATEST", "II"),
           ("LEAST", "DD"), ("STRPOS", "SS"), ("FLOOR", "D"), ("CEIL", "D"), ("SQRT", "D"), ("POW", "DD"), ("SAFE_DIVIDE", "DD"), ("DIV", "II"), ("REVERSE", "S"), ("LEFT", "SI"),
           ("COUNT", "I"), ("MAX", "I"), ("SUM", "D"), ("NOPE", "I"), ("INSTR", "SS"), ("PRINTF", "S"), ("CHAR_LENGTH", "S"), ("BYTE_LENGTH", "S"), ("SAFE.ABS", "I"), ("GLOB", "SS"),
           ("LIKE", "SS"), ("RANDOM", ""), ("CURRENT_TIMESTAMP", ""), ("TO_JSON_STRING", "I"), ("LPAD", "SIS"), ("REPEAT", "SI"), ("IS_NAN", "D"), ("BIT_COUNT", "I"), ("FARM_FINGERPRINT", "S"),
           ("TRUNC", "D"), ("CHR", "I"), ("ASCII", "S"), ("JSON_VALUE", "SJ"), ("SPLIT", "SS"), ("MD5", "S"), ("EXP", "D"), ("LN", "D"), ("TYPEOF", "I")]
CASTS = {"I": ["INT64", "INT32", "UINT64", "UINT32"], "D": ["DOUBLE", "FLOAT64", "FLOAT"], "S": ["STRING"], "B": ["BOOL", "BOOLEAN"]}
NO_CASTS = ["INTEGER", "TEXT", "BYTES", "DATE", "TIMESTAMP", "NUMERIC", "ARRAY<INT64>", "STRUCT<INT64>", "FLOAT32", "VARCHAR", "INT"]


class Grammar:
    def __init__(self, kind, seed):
        self.kind, self.random = kind, random.Random(seed)

    def filter(self):
        """One filter: now and then with a mistake in it."""
        text = self.boolean(self.random.choice([1, 2, 2, 3, 3, 4]))
        if self.chance(0.06):
            text = self.spoil(text)
        return text

    # How it is written.

    def chance(self, p):
        return self.random.random() < p

    def pick(self, *choices):
        return self.random.choice(choices)

    def word(self, text):
        return text if self.chance(0.85) else self.pick(text.lower(), text.capitalize())

    def space(self):
        if self.chance(0.95):
            return " "
        return self.pick("  ", "\n", "\t", " /* why */ ", " -- so\n", " # so\n", "/**/", "\r\n", "\v", "\f", "\u00a0")

    def join(self, *parts):
        text = ""
        for part in parts:
            text += (self.space() if text else "") + (self.word(part) if part in KEYWORDS else part)
        return text

    def parens(self, text):
        return "(" + text + ")" if self.chance(0.5) else text

    def spoil(self, text):
        at = self.random.randrange(len(text) + 1)
        to = min(len(text), at + self.random.randrange(4))
        piece = self.pick("", "(", ")", "'", '"', "`", ",", ".", "NULL", " AND ", " NOT ", " IN ", "=", "-", "\\", "1", "x", "@p", "?", ";", "[1]", ".id", "$", "~", "||", "^", "é", "$a0", "'''", "r", "b",
                          " DESC", " IS ", "*", "SELECT ", "<", "!", "0x", "e", "INTERVAL ")
        return text[:at] + piece + text[to:]

    # What it says, by type: B boolean, I integer, D double, S text.

    def of(self, kind, depth):
        if self.chance(0.004):
            kind = self.pick(*"IDSB")
        if self.chance(0.008):
            return self.word("NULL")
        return {"I": self.integer, "D": self.double, "S": self.text, "B": self.boolean, "J": self.path, "F": self.pattern, "P": self.position}[kind](depth)

    def path(self, _):
        return self.pick("'$'", "'$.a'", "'$.a.b'", "'$[0]'", "'$.x'")

    def position(self, depth):
        """A number that the engine does not cut off."""
        return self.pick("0", "1", "2", "-1", "-2", "3", "LENGTH(" + self.text(0) + ")")

    def pattern(self, _):
        return self.pick("'%d'", "'%s'", "'a'", "'%5d'", "'%t'", "'%d-%s'", "''")

    def boolean(self, depth):
        if depth <= 0:
            return self.pick(self.comparison, self.comparison, self.comparison, self.state, self.flag)(0)
        shape = self.pick(self.logic, self.logic, self.logic, self.negation, self.comparison, self.comparison, self.within, self.between, self.like, self.absent, self.state, self.subquery,
                          self.flag, self.function_of("B"), self.case_of("B"), self.cast_of("B"))
        return self.parens(shape(depth - 1))

    def logic(self, depth):
        words = [self.boolean(depth)]
        for _ in range(self.pick(1, 1, 2)):
            words += [self.pick("AND", "OR"), self.boolean(depth)]
        return self.join(*words)

    def negation(self, depth):
        return self.join("NOT", self.boolean(depth))

    def comparison(self, depth):
        kind = self.pick(*"IIIDSSSB")
        other = self.pick("I", "D") if kind in "ID" and self.chance(0.15) else kind
        return self.join(self.of(kind, depth), self.pick("=", "=", "!=", "<>", "<", "<=", ">", ">="), self.of(other, depth))

    def within(self, depth):
        kind = self.pick(*"IISSD")
        items = [self.of(kind, depth - 1) for _ in range(self.pick(1, 2, 3))]
        negated = [self.word("NOT")] if self.chance(0.3) else []
        return self.join(self.of(kind, depth), *negated, "IN", "(" + ", ".join(items) + ")")

    def between(self, depth):
        kind = self.pick(*"IIDS")
        negated = [self.word("NOT")] if self.chance(0.3) else []
        return self.join(self.of(kind, depth), *negated, "BETWEEN", self.of(kind, depth), "AND", self.of(kind, depth))

    def like(self, depth):
        negated = [self.word("NOT")] if self.chance(0.3) else []
        return self.join(self.of("S", depth), *negated, "LIKE", self.of("S", 0 if self.chance(0.8) else depth))

    def absent(self, depth):
        negated = [self.word("NOT")] if self.chance(0.5) else []
        what = self.pick("NULL", "NULL", "NULL", "TRUE", "FALSE", "UNKNOWN")
        kind = "B" if what != "NULL" else self.pick(*"IDSB")
        return self.join(self.of(kind, depth), "IS", *negated, what)

    def flag(self, _):
        return self.pick("TRUE", "FALSE", self.value("bool_value"), self.value("bool_value"), self.value("bool_value"))

    def state(self, _):
        column, names = self.enumeration()
        if self.chance(0.04):
            names = names + NO_STATES
        if self.chance(0.4):
            items = ("," + self.pick("", " ")).join(self.pick(*names) for _ in range(self.pick(1, 2, 3)))
            negated = [self.word("NOT")] if self.chance(0.5) else []
            return self.join(column, *negated, "IN", "(" + items + ")")
        space = self.pick("", " ")
        return column + space + self.pick("=", "=", "!=", "!=", "<>" if self.chance(0.2) else "=") + space + self.pick(*names)

    def enumeration(self):
        if self.kind == "c":
            return self.pick((self.neighbour("artifacts") + ".state", STATES["a"]), (self.neighbour("executions") + ".last_known_state", STATES["e"]))
        own = ("state" if self.kind == "a" else "last_known_state", STATES[self.kind])
        return self.pick(own, own, (self.neighbour("events") + ".type", EVENTS))

    def subquery(self, depth):
        inner = self.boolean(depth)
        return self.pick(
            lambda: self.join("EXISTS(SELECT", self.of(self.pick(*"IS"), depth), self.source("x"), "WHERE", inner) + ")",
            lambda: self.join("(SELECT", inner) + ")",
            lambda: self.join(self.of("I", depth), "IN", "(SELECT", self.of("I", depth)) + ")",
            lambda: self.join("(SELECT", inner, self.source("x"), "WHERE", self.boolean(0)) + ")",
            lambda: self.join("(SELECT", "x", "FROM", "(SELECT", inner, "AS", "x))"),
        )()

    def source(self, name):
        return self.join("FROM", "(SELECT", "1", "AS", name + ")")

    def integer(self, depth):
        if depth <= 0:
            return self.pick(self.number, self.number_column, self.number_column, self.identity)()
        return self.pick(
            self.number, self.number_column, self.number_column, self.identity,
            lambda: self.parens(self.binary("I", depth - 1, "+", "-", "*", "&", "|", "<<", ">>")),
            lambda: self.pick("-", "- ", "+", "~") + self.parens(self.of("I", depth - 1)),
            lambda: self.function_of("I")(depth - 1), lambda: self.case_of("I")(depth - 1), lambda: self.cast_of("I")(depth - 1),
            lambda: self.join("(SELECT", self.of("I", depth - 1)) + ")",
        )()

    def binary(self, kind, depth, *operators):
        return self.join(self.of(kind, depth), self.pick(*operators), self.of(kind, depth))

    def number(self):
        return self.random.choice(LARGE if self.chance(0.02) else INTEGERS)

    def identity(self):
        return "$" + self.pick(*"aecaT") + str(self.pick(0, 1))

    def number_column(self):
        own = {"a": ["state"], "e": ["last_known_state"], "c": []}[self.kind]
        return self.pick(self.name("id"), self.name("id"), self.name("type_id"), self.time(""), *map(self.name, own),
                         self.value("int_value"), self.value("int_value"), self.value("int_value"), self.neighbour_column("I"))

    def time(self, neighbour):
        """Times differ from store to store, so that only their signs can be compared."""
        return self.word("SIGN") + "(" + neighbour + self.pick("create_time_since_epoch", "last_update_time_since_epoch") + ")"

    def double(self, depth):
        if depth <= 0:
            return self.pick(lambda: self.random.choice(FLOATS), lambda: self.value("double_value"), lambda: self.value("double_value"))()
        return self.pick(
            lambda: self.random.choice(FLOATS), lambda: self.value("double_value"), lambda: self.value("double_value"),
            lambda: self.parens(self.binary("D", depth - 1, "+", "-", "*", "/")), lambda: self.parens(self.binary("I", depth - 1, "/")),
            lambda: "-" + self.parens(self.of("D", depth - 1)),
            lambda: self.function_of("D")(depth - 1), lambda: self.case_of("D")(depth - 1), lambda: self.cast_of("D")(depth - 1),
        )()

    def text(self, depth):
        own = ["name", "type", "external_id"] + (["uri"] if self.kind == "a" else [])
        if depth <= 0 or self.chance(0.5):
            return self.pick(self.quote, self.quote, lambda: self.name(self.pick(*own)), lambda: self.value("string_value"), lambda: self.neighbour_column("S"))()
        return self.pick(lambda: self.function_of("S")(depth - 1), lambda: self.function_of("S")(depth - 1), lambda: self.case_of("S")(depth - 1), lambda: self.cast_of("S")(depth - 1),
                         lambda: self.join("(SELECT", self.of("S", depth - 1)) + ")")()

    def quote(self):
        text = self.random.choice(TYPES if self.chance(0.15) else TEXTS)
        if self.chance(0.05):
            return "b'a'" if self.chance(0.3) else "'\\" + self.pick("x41", "101", "u00e4", "U0001F600", "q", "x4", "?", "8", "ud800") + "'"
        quote = self.pick("'", "'", '"', '"', "'''", '"""')
        if self.chance(0.08) and quote not in text and not text.endswith("\\") and not text.endswith(quote[0]) and (len(quote) == 3 or "\n" not in text):
            return self.pick("r", "R") + quote + text + quote
        escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace(quote[0], "\\" + quote[0])
        return quote + escaped + quote

    def name(self, name):
        if self.chance(0.02):
            return self.pick(name.upper(), "`" + name + "`", name.capitalize(), "nope", "`NOPE`")
        return name

    def value(self, part):
        prefix, keys = self.pick(("properties", PROPERTIES[self.kind]), ("custom_properties", CUSTOMS))
        key = self.pick(*keys)
        if self.chance(0.01):
            part = self.pick("value", "bytes_value", "int", "string_values")
        if self.chance(0.02):
            key = self.pick("nope", "1", "`it's`")
        return prefix + "." + key + "." + part

    def neighbour(self, relation):
        return relation + "_" + self.pick("0", "0", "1", "x")

    def neighbour_column(self, kind):
        relations = ["contexts", "contexts", "events"] if self.kind != "c" else ["artifacts", "executions", "parent_contexts", "child_contexts"]
        relation = self.pick(*relations)
        if self.chance(0.01):
            relation = self.pick("contexts", "events", "artifacts", "executions", "parent_contexts", "things")
        numbers, texts = ["id"], ["name", "type"]
        if relation == "events":
            numbers, texts = ["type", "milliseconds_since_epoch", "execution_id" if self.kind == "a" else "artifact_id"], ["type"]
        elif relation == "artifacts":
            numbers, texts = numbers + ["state"], texts + ["uri"]
        elif relation == "executions":
            numbers = numbers + ["last_known_state"]
        elif kind == "I" and self.chance(0.2):
            return self.time(self.neighbour(relation) + ".")
        attribute = self.pick(*(numbers if kind == "I" else texts))
        if self.chance(0.02):
            attribute = self.pick("external_id", "type_id", "uri", "state", "nope", "NAME", "`id`", "artifact_id")
        return self.neighbour(relation) + "." + attribute

    def function_of(self, kind):
        return lambda depth: self.function(*(self.pick(*STRANGE) if self.chance(0.03) else self.pick(*FUNCTIONS[kind])), depth)

    def function(self, name, signature, depth):
        arguments, optional = [], False
        for letter in signature:
            if letter == "?":
                optional = True
                continue
            if optional and self.chance(0.5):
                break
            arguments.append(self.of(letter, depth - 1))
            optional = False
        if self.chance(0.02):
            arguments = arguments[1:] if self.chance(0.5) else arguments + [self.of("I", 0)]
        return self.word(name) + self.pick("(", "(", "(", " (", "( ") + ", ".join(arguments) + ")"

    def case_of(self, kind):
        return lambda depth: self.case(kind, depth)

    def case(self, kind, depth):
        words = ["CASE"]
        operand = self.pick(None, None, "I", "S")
        if operand:
            words.append(self.of(operand, depth - 1))
        for _ in range(self.pick(1, 1, 2)):
            words += ["WHEN", self.of(operand or "B", depth - 1), "THEN", self.of(kind, depth - 1)]
        if self.chance(0.7):
            words += ["ELSE", self.of(kind, depth - 1)]
        return self.join(*words, "END")

    def cast_of(self, kind):
        return lambda depth: self.cast(kind, depth)

    def cast(self, kind, depth):
        name = self.pick(*NO_CASTS) if self.chance(0.03) else self.pick(CASTS[kind][0], *CASTS[kind])
        return self.word(self.pick("CAST", "CAST", "CAST", "SAFE_CAST" if self.chance(0.1) else "CAST")) + "(" + self.join(self.of(self.pick(kind, *"IDSB"), depth - 1), "AS", self.word(name)) + ")"
