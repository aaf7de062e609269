package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// NodeDecoder is a type that reads its own YAML, where a value may be written in
// more than one shape.
type NodeDecoder interface {
	DecodeNode(n *Node) error
}

// Decode reads a YAML document into a pointer to a struct. A key that no field
// has as its yaml tag is refused, as is a value of another type, a key twice and
// a second document: nothing in the file is ever passed over in silence. Errors
// are *Error.
func Decode(file string, data []byte, into any) error {
	n, err := Parse(file, data)
	if err != nil {
		return err
	}
	return n.Decode(into)
}

// DecodeNode keeps a part of a document as it is, to be read later.
func (n *Node) DecodeNode(from *Node) error {
	*n = *from
	return nil
}

// Decode reads the node into what the pointer points to.
func (n *Node) Decode(into any) error { return n.decode(reflect.ValueOf(into).Elem()) }

// decodeOr decodes the node, or gives a value that stands alone to the string which it is
// short for.
func (n *Node) decodeOr(alone *string, into any) error {
	if n.Kind == Scalar && !n.Null {
		*alone = n.Str
		return nil
	}
	return n.Decode(into)
}

func (n *Node) decode(v reflect.Value) error {
	if d, ok := v.Addr().Interface().(NodeDecoder); ok {
		return d.DecodeNode(n)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if n.Null {
			return nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		return n.decode(v.Elem())
	case reflect.Struct:
		return n.decodeStruct(v)
	case reflect.Map:
		return n.decodeMap(v)
	case reflect.Slice:
		return n.decodeSlice(v)
	}
	return n.decodeScalar(v)
}

func (n *Node) decodeStruct(v reflect.Value) error {
	if n.Null {
		return nil
	}
	if n.Kind != Mapping {
		return n.Errorf("want a mapping, not %s", n.what())
	}
	known := keysOf(v.Type())
	for _, e := range n.Entries {
		i := slices.Index(known, e.Key)
		if i < 0 || e.Key == "" {
			return n.unknownKey(e, known)
		}
		if err := e.Value.decode(v.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

// keysOf lists the yaml tags of a struct by field; a field without one is "".
func keysOf(t reflect.Type) []string {
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i] = t.Field(i).Tag.Get("yaml")
	}
	return keys
}

func (n *Node) unknownKey(e Entry, known []string) error {
	err := &Error{File: n.file, Line: e.Line, Column: e.Column, Msg: fmt.Sprintf("unknown key %q", e.Key)}
	if near := nearest(e.Key, known); near != "" {
		err.Hint = fmt.Sprintf("did you mean %q?", near)
	} else {
		err.Hint = "the keys here are " + strings.Join(slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == "" }), ", ")
	}
	return err
}

func (n *Node) decodeMap(v reflect.Value) error {
	if n.Null {
		return nil
	}
	if n.Kind != Mapping {
		return n.Errorf("want a mapping, not %s", n.what())
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range n.Entries {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := e.Value.decode(value); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(e.Key), value)
	}
	return nil
}

// decodeSlice takes one value for a list of one.
func (n *Node) decodeSlice(v reflect.Value) error {
	items := n.Items
	switch {
	case n.Kind == Scalar && n.Null:
		return nil
	case n.Kind == Scalar:
		items = []*Node{n}
	case n.Kind == Mapping:
		return n.Errorf("want a list, not a mapping")
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, it := range items {
		if err := it.decode(v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) decodeScalar(v reflect.Value) error {
	if n.Kind != Scalar || n.Null {
		return n.Errorf("want %s, not %s", wanted(v.Kind()), n.what())
	}
	var err error
	switch {
	case v.Kind() == reflect.String:
		v.SetString(n.Str)
	case n.Quoted:
		err = strconv.ErrSyntax
	case v.Kind() == reflect.Bool:
		var b bool
		b, err = parseBool(n.Str)
		v.SetBool(b)
	case v.CanInt():
		var i int64
		i, err = strconv.ParseInt(n.Str, 10, v.Type().Bits())
		v.SetInt(i)
	case v.CanFloat():
		var f float64
		f, err = strconv.ParseFloat(n.Str, v.Type().Bits())
		v.SetFloat(f)
	}
	if err != nil {
		return n.Errorf("want %s, not %s", wanted(v.Kind()), n.what())
	}
	return nil
}

// parseBool knows YAML 1.2's two words alone: "yes" and "on" are strings there.
func parseBool(s string) (bool, error) {
	switch s {
	case "true", "false":
		return s == "true", nil
	}
	return false, strconv.ErrSyntax
}

func wanted(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a whole number"
}

// nearest returns the known key that a typing mistake most likely meant, "" if
// none is near: at most a third of its letters may differ.
func nearest(key string, known []string) string {
	best, least := "", len(key)/3+2
	for _, k := range known {
		if d := distance(key, k); k != "" && d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, drop, change or swap with their
// neighbour that make one word of the other (optimal string alignment).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
