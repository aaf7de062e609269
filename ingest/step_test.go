package ingest

import (
	"strings"
	"testing"
)

func TestRefusedSteps(t *testing.T) {
	for typ, want := range map[string]string{
		"int|lower":                     `step "lower" cannot take the int that "int" can be`,
		"isdigit|strip":                 `step "strip" cannot take the bool that "isdigit" can be`,
		"decimal|round":                 `step "round" cannot take the decimal that "decimal" can be`,
		"decimal|div:2":                 `step "div:2" cannot take the decimal that "decimal" can be`,
		"decimal|round:2|int":           `step "int" cannot take the decimal that "round:2" can be`,
		"decimal|round:1|round:0|div:2": `step "div:2" cannot take the decimal that "round:0" can be`,
		"int|round|":                    `unknown step ""`,
		"round:2":                       `step "round:2" cannot take the text that the cell can be`,
		"replace:a":                     `want old:new, a colon in old written \x3a`,
		"strip:x":                       `strip takes no argument`,
		"date":                          `date takes an argument after a colon`,
		"date:%Q":                       `%Q is no directive of strptime`,
		"date:%Ey":                      `%Ey is no directive of strptime`,
		"date:%-OY":                     `%-OY is no directive of strptime`,
		"date:%G %u %A":                 `two directives for one part of a date are not modelled`,
		"datetime:%x %H:%M %T":          `two directives for one part of a date are not modelled`,
		"date:%Y%y":                     `two directives for one part of a date are not modelled`,
		"date:%":                        `stray %`,
		"int|div:0":                     `not 0`,
		"float|div:0.0":                 `not 0`,
		"float|div:inf":                 `want a number`,
		"float|round:2.5":               `want a number of digits from -400 to 400`,
		"format:%x":                     `want flags`,
		"format:%d":                     `step "format:%d" cannot take the text that the cell can be`,
		"float|format:%s%s":             `more than one value`,
		"float|format:x":                `no value in the format`,
		"split:":                        `empty separator`,
		`concat:\x4`:                    `truncated \x escape`,
		"float|format:%.120f":           `up to 99`,
		"date:%d É":                     `is not modelled`,
	} {
		if err := CheckType(Py3, typ); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", typ, err, want)
		}
	}
	if err := CheckSteps(Py3, []Step{"strip", "int"}); err == nil {
		t.Error("a conversion among the cleaning steps was accepted")
	}
	if err := CheckSteps(Py3, []Step{"isdigit", "lower"}); err == nil {
		t.Error("lower after isdigit was accepted")
	}
}
