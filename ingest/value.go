package ingest

import (
	"strconv"
	"strings"
)

// Kind is the Python type of a Value.
type Kind uint8

// The kinds of values that outcomes hold. List stands for tuples as well.
const (
	KindNone Kind = iota
	KindBool
	KindBytes    // str in Python 2, bytes in Python 3
	KindText     // unicode in Python 2, str in Python 3
	KindInt      // int and long
	KindFloat    //
	KindDecimal  //
	KindDate     //
	KindDateTime //
	KindList     // list, tuple and a csv.reader row
	KindSet      //
	KindDict     // dict, OrderedDict and a csv.DictReader row
	KindOther    // anything else, by type name and repr
)

var kindNames = [...]string{"none", "bool", "bytes", "text", "int", "float", "decimal", "date", "datetime", "list", "set", "dict", "other"}

// String returns the lower-case name of the kind, such as "bytes".
func (k Kind) String() string { return kindNames[k] }

// Value is one Python value. The zero Value is None.
//
// Str holds, by Kind: Bytes the bytes themselves; Text generalized UTF-8 (see
// AppendRune); Int decimal digits with an optional '-'; Float Python's repr;
// Decimal str(); Date and DateTime isoformat(); Bool "True" or "False"; Other
// the repr. Items holds the elements of a List or Set, the alternating keys and
// values of a Dict in its own order, and for Other one Text: the type's name.
type Value struct {
	Kind  Kind
	Str   string
	Items []Value
}

// None is Python's None.
var None = Value{}

// Bytes returns a byte string.
func Bytes(s string) Value { return Value{Kind: KindBytes, Str: s} }

// Text returns a text of generalized UTF-8.
func Text(s string) Value { return Value{Kind: KindText, Str: s} }

// Int returns a small int.
func Int(n int64) Value { return Value{Kind: KindInt, Str: strconv.FormatInt(n, 10)} }

// BigInt returns an int from its decimal digits, as Python prints them.
func BigInt(digits string) Value { return Value{Kind: KindInt, Str: digits} }

// Float returns a float from Python's repr of it ("0.1", "nan", "1e+16").
func Float(repr string) Value { return Value{Kind: KindFloat, Str: repr} }

// Decimal returns a Decimal from its str().
func Decimal(s string) Value { return Value{Kind: KindDecimal, Str: s} }

// Date returns a datetime.date from its isoformat().
func Date(iso string) Value { return Value{Kind: KindDate, Str: iso} }

// DateTime returns a datetime.datetime from its isoformat().
func DateTime(iso string) Value { return Value{Kind: KindDateTime, Str: iso} }

// List returns a list or tuple.
func List(items ...Value) Value { return Value{Kind: KindList, Items: items} }

// Set returns a set; the order of its items means nothing.
func Set(items ...Value) Value { return Value{Kind: KindSet, Items: items} }

// Dict returns a dict from alternating keys and values.
func Dict(keysAndValues ...Value) Value { return Value{Kind: KindDict, Items: keysAndValues} }

// Other returns a value that the wire form knows only by type and repr.
func Other(typ, repr string) Value {
	return Value{Kind: KindOther, Str: repr, Items: []Value{Text(typ)}}
}

// Bool returns True or False.
func Bool(b bool) Value {
	if b {
		return Value{Kind: KindBool, Str: "True"}
	}
	return Value{Kind: KindBool, Str: "False"}
}

// IsTrue reports whether v is the bool True.
func (v Value) IsTrue() bool { return v.Kind == KindBool && v.Str == "True" }

// Equal reports whether both values are the same in every respect: kind, text
// and order. What counts as the same between two Pythons is for package diff.
func (v Value) Equal(w Value) bool {
	if v.Kind != w.Kind || v.Str != w.Str || len(v.Items) != len(w.Items) {
		return false
	}
	for i := range v.Items {
		if !v.Items[i].Equal(w.Items[i]) {
			return false
		}
	}
	return true
}

// Clone returns a copy that shares no memory with v, so that it outlives the
// buffers of the stream it came from.
func (v Value) Clone() Value {
	c := Value{Kind: v.Kind, Str: strings.Clone(v.Str)}
	if v.Items != nil {
		c.Items = make([]Value, len(v.Items))
		for i, it := range v.Items {
			c.Items[i] = it.Clone()
		}
	}
	return c
}
