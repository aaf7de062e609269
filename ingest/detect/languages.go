package detect

// languageNames are what people call the languages of the model.
var languageNames = [][2]string{
	{"en", "English"}, {"de", "German"}, {"fr", "French"}, {"es", "Spanish"}, {"it", "Italian"}, {"pt", "Portuguese"}, {"sv", "Swedish"},
	{"da", "Danish"}, {"nl", "Dutch"}, {"fi", "Finnish"}, {"nb", "Norwegian"}, {"is", "Icelandic"}, {"ca", "Catalan"}, {"gl", "Galician"},
	{"eu", "Basque"}, {"ga", "Irish"}, {"cy", "Welsh"}, {"mt", "Maltese"}, {"eo", "Esperanto"}, {"pl", "Polish"}, {"cs", "Czech"},
	{"hu", "Hungarian"}, {"sk", "Slovak"}, {"hr", "Croatian"}, {"sl", "Slovenian"}, {"ro", "Romanian"}, {"sq", "Albanian"}, {"tr", "Turkish"},
	{"az", "Azerbaijani"}, {"lt", "Lithuanian"}, {"lv", "Latvian"}, {"et", "Estonian"}, {"vi", "Vietnamese"}, {"xx", "names of places"},
	{"ru", "Russian"}, {"uk", "Ukrainian"}, {"bg", "Bulgarian"}, {"sr", "Serbian"}, {"mk", "Macedonian"}, {"be", "Belarusian"},
	{"kk", "Kazakh"}, {"el", "Greek"}, {"he", "Hebrew"}, {"ar", "Arabic"}, {"fa", "Persian"}, {"ur", "Urdu"}, {"th", "Thai"},
	{"zh_CN", "Chinese (simplified)"}, {"zh_TW", "Chinese (traditional)"}, {"ja", "Japanese"}, {"ko", "Korean"},
}

// languageName returns the name of a language, its code if it has none.
func languageName(code string) string {
	for _, l := range languageNames {
		if l[0] == code {
			return l[1]
		}
	}
	return code
}
