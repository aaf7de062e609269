package golden

import (
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// kinds are the types of values a case's paths can yield beside text.
type kinds struct {
	bytes, none, list, dict, float, integer, decimal, bool, date, surrogates, any bool
}

func (c *Case) kinds() kinds {
	var k kinds
	for _, p := range ingest.Paths {
		s := c.Settings(p)
		if c.Calls[p] != "" || c.Handover != nil {
			k.any = true
			continue
		}
		k.addMode(p, s)
		if s.Reader == ingest.DictReader {
			k.dict, k.list, k.none = true, true, true
		}
		if q, ok := s.Dialect.Get("quoting"); ok && q.Str != "0" && q.Str != "1" && q.Str != "3" {
			k.float, k.none = true, true // QUOTE_NONNUMERIC, QUOTE_STRINGS, QUOTE_NOTNULL
		}
		for _, t := range s.Types {
			k.addSteps(p, conversion(p, t))
		}
		k.addSteps(p, cleaning(p, s))
	}
	if k.any {
		k = kinds{true, true, true, true, true, true, true, true, true, true, true}
	}
	return k
}

// addMode notes whether cells can be byte strings and whether the codec can
// yield surrogates: those of Unicode itself do in Python 2.
func (k *kinds) addMode(p ingest.Path, s ingest.Settings) {
	codec := strings.ToLower(s.Codec)
	if p == ingest.Py2 {
		switch s.Open {
		case ingest.OpenBytes, ingest.OpenCodecs, ingest.OpenIO:
			k.bytes = true
		}
		k.surrogates = k.surrogates || strings.HasPrefix(codec, "u") || strings.HasPrefix(codec, "raw")
	}
	escapes := strings.Contains(codec, "escape") || strings.HasPrefix(codec, "utf") && strings.HasSuffix(codec, "7")
	k.surrogates = k.surrogates || escapes || strings.Contains(s.Errors, "surrogate")
}

// shower writes the functions that turn values into JSON, those that are needed.
func (w *script) shower() {
	k := w.c.kinds()
	w.stringer(k)
	w.objects()
	w.printf("\n\ndef show(value):\n")
	w.branch("isinstance(value, type(u''))", "string(value)", k.surrogates)
	if k.bytes {
		w.need("binascii")
		w.printf("    if isinstance(value, bytes):\n        return u'{\"bytes\":\"%%s\"}' %% binascii.hexlify(value).decode('ascii')\n")
	}
	if k.none {
		w.printf("    if value is None:\n        return u'null'\n")
	}
	if k.bool {
		w.printf("    if isinstance(value, bool):\n        return u'true' if value else u'false'\n")
	}
	if k.float {
		w.printf("    if isinstance(value, float):\n        return u'{\"float\":\"%%r\"}' %% value\n")
	}
	if k.integer {
		w.printf("    if isinstance(value, (int, type(1 << 64))):\n        return u'{\"int\":\"%%d\"}' %% value\n")
	}
	if k.decimal {
		w.need("decimal")
		w.printf("    if isinstance(value, decimal.Decimal):\n        return u'{\"decimal\":\"%%s\"}' %% value\n")
	}
	if k.date {
		w.need("datetime")
		w.printf("    if isinstance(value, datetime.datetime):\n        return u'{\"datetime\":\"%%s\"}' %% value.isoformat()\n")
		w.printf("    if isinstance(value, datetime.date):\n        return u'{\"date\":\"%%s\"}' %% value.isoformat()\n")
	}
	if k.any {
		w.anyKind()
	}
	w.printf("    return u'[%%s]' %% u','.join(show(cell) for cell in value)\n")
	if k.dict {
		w.printf("\n\ndef show_dict(pairs):\n    return u'{\"dict\":[%%s]}' %% u','.join(show(pair) for pair in pairs)\n")
	}
}

// branch writes the case of text, where a surrogate pair must not look like the
// one character that a reader of JSON would make of it.
func (w *script) branch(condition, value string, surrogates bool) {
	w.printf("    if %s:\n", condition)
	if surrogates {
		w.printf("        if re.search(u'[\\ud800-\\udbff][\\udc00-\\udfff]', value):\n")
		w.printf("            return u'{\"codepoints\":\"%%s\"}' %% u' '.join(u'%%x' %% ord(c) for c in value)\n")
	}
	w.printf("        return %s\n", value)
}

func (w *script) stringer(k kinds) {
	w.printf("\n\ndef string(text):\n")
	if !k.surrogates {
		w.printf("    return json.dumps(text, ensure_ascii=False)\n")
		return
	}
	w.need("re")
	w.printf("    text = json.dumps(text, ensure_ascii=False)\n")
	w.printf("    return re.sub(u'[\\ud800-\\udfff]', lambda m: u'\\\\u%%04x' %% ord(m.group()), text)\n")
}
