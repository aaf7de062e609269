package unpack

import "strings"

// Document is a format of files that are zip files and no archives, told by the name of a
// part: how it begins and ends.
type Document struct {
	Kind, Name   string // in a word, and for people
	begins, ends string
	also         bool // an archive may have such a part as well, as what the jar tool makes of any files
}

var documents = []Document{
	{Kind: "xlsb", Name: "an Excel workbook (.xlsb)", begins: "xl/", ends: "workbook.bin"},
	{Kind: "xlsx", Name: "an Excel workbook (.xlsx)", begins: "xl/", ends: ".xml"},
	{Kind: "docx", Name: "a Word document (.docx)", begins: "word/", ends: ".xml"},
	{Kind: "pptx", Name: "a PowerPoint presentation (.pptx)", begins: "ppt/", ends: ".xml"},
	{Kind: "numbers", Name: "a workbook of Apple Numbers", begins: "Index/", ends: ".iwa"},
	{Kind: "apk", Name: "an Android app", begins: "AndroidManifest.xml"},
	{Kind: "jar", Name: "a Java archive", ends: ".class"},
	{Kind: "jar", Name: "a Java archive", begins: "META-INF/", ends: "MANIFEST.MF", also: true},
}

// DocumentOf returns the format that a part of a zip file is one of, by its name.
func DocumentOf(part string) (d Document, ok bool) {
	for _, d := range documents {
		if strings.HasPrefix(part, d.begins) && strings.HasSuffix(part, d.ends) {
			return d, true
		}
	}
	return Document{}, false
}

func ofDocument(name string) bool {
	switch name {
	case "[Content_Types].xml", "mimetype", "META-INF/manifest.xml", "_rels/.rels":
		return true
	}
	if first, _, _ := strings.Cut(name, "/"); first == "docProps" && strings.HasSuffix(name, ".xml") {
		return true
	}
	d, ok := DocumentOf(name)
	return ok && !d.also
}
