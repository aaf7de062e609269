package detect

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// oneColumnNames are what files of one column call it, words of which tables have columns
// of among them, and none.
var oneColumnNames = []string{
	"", "name", "full name", "first name last name", "customer name", "street address", "address", "delivery address line", "postal address of customer", "city", "city and country",
	"country name", "phone", "phone number", "contact phone number", "mobile phone number", "date", "date time", "order date", "date and time", "time of day", "unit price", "price", "total price",
	"price per unit", "net price per unit", "amount", "total amount", "amount and currency", "size", "product size", "product name", "product description", "product code number", "product title and size",
	"title", "comment", "customer comment", "notes", "note text", "order number", "invoice number", "bank account number", "weight in kg", "unit weight", "email address", "web address", "brand name",
	"colour name", "team name", "player name", "stock value", "total stock value", "unit size number", "product title size", "email address url", "team name country", "unit weight value", "product category code", "order date time country", "year month day", "first name last name email", "total cost amount", "status date time", "stock count per day", "size in cm", "menge", "preis in euro", "nom complet", "adresse du client", "artikel bezeichnung",
}

// oneColumnRows make cells of several words, those of a file alike.
var oneColumnRows = []func(*rand.Rand) string{
	func(r *rand.Rand) string {
		return oneOf(r, "Anna", "Jean", "Karl", "Maria") + " " + oneOf(r, "Smith", "Roux", "Meyer", "Rossi")
	},
	func(r *rand.Rand) string {
		return oneOf(r, "Dr.", "Mrs.", "Mr.") + " " + oneOf(r, "Anna", "Jean", "Karl") + " " + oneOf(r, "Smith", "Roux")
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("%d %s %s", 1+r.IntN(99), oneOf(r, "High", "Mill", "Park", "Church"), oneOf(r, "Street", "Lane", "Road"))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("%s %d %05d %s", oneOf(r, "Hauptstr.", "Ringweg", "Am Markt"), 1+r.IntN(99), r.IntN(99999), oneOf(r, "Bonn", "Ulm"))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("%d %s %s %05d", 1+r.IntN(99), oneOf(r, "Main", "Oak"), oneOf(r, "Street", "Ave"), r.IntN(99999))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("+49 %d %d %d", 30+r.IntN(60), 100+r.IntN(900), 1000+r.IntN(9000))
	},
	func(r *rand.Rand) string { return fmt.Sprintf("0%d %06d", 20+r.IntN(70), r.IntN(999999)) },
	func(r *rand.Rand) string { return fmt.Sprintf("%d.%02d EUR", r.IntN(900), r.IntN(100)) },
	func(r *rand.Rand) string {
		return fmt.Sprintf("%s %d.%02d %s", oneOf(r, "EUR", "USD"), r.IntN(900), r.IntN(100), oneOf(r, "net", "gross"))
	},
	func(r *rand.Rand) string { return fmt.Sprintf("%d x %d cm", 1+r.IntN(90), 1+r.IntN(90)) },
	func(r *rand.Rand) string { return fmt.Sprintf("%d %03d %03d", 1+r.IntN(9), r.IntN(1000), r.IntN(1000)) },
	func(r *rand.Rand) string {
		return fmt.Sprintf("2026-%02d-%02d %02d:%02d", 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("%d %s 2026", 1+r.IntN(28), oneOf(r, "May", "June", "July"))
	},
	func(r *rand.Rand) string { return fmt.Sprintf("%d x %d", 1+r.IntN(90), 1+r.IntN(90)) },
	func(r *rand.Rand) string {
		return fmt.Sprintf("%s %d %d", oneOf(r, "Bolt", "Nut", "Screw", "Washer"), 1+r.IntN(90), 1+r.IntN(90))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("%s %d:%02d %d", oneOf(r, "Mon", "Tue", "Wed", "Thu"), r.IntN(24), r.IntN(60), 1+r.IntN(90))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("%02d %02d %d", 1+r.IntN(28), 1+r.IntN(12), 1990+r.IntN(36))
	},
	func(r *rand.Rand) string { return fmt.Sprintf("Product %d", 1+r.IntN(99)) },
	func(r *rand.Rand) string {
		return fmt.Sprintf("%s M%d %d", oneOf(r, "Bolt", "Nut", "Screw"), 3+r.IntN(9), 10*(1+r.IntN(9)))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("%s, %d pieces", oneOf(r, "Bolts", "Nuts", "Screws"), 3+r.IntN(9))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("DE%02d %04d %04d %04d", r.IntN(99), r.IntN(9999), r.IntN(9999), r.IntN(9999))
	},
	func(r *rand.Rand) string {
		n, words := 3+r.IntN(9), []string{}
		for range n {
			words = append(words, oneOf(r, "the", "part", "came", "late", "again", "and", "5", "of", "12", "were", "broken"))
		}
		return strings.Join(words, " ") + "."
	},
}

func oneOf(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }

// TestBlanksInOneColumn demands that blanks in files of one column divide nothing, however
// alike the cells are.
func TestBlanksInOneColumn(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 5))
	for n := range 6000 {
		name, row := oneColumnNames[n%len(oneColumnNames)], oneColumnRows[rng.IntN(len(oneColumnRows))]
		text := name + "\n"
		if name == "" {
			text = ""
		}
		for range 2 + rng.IntN(40) {
			text += row(rng) + "\n"
		}
		r, err := Bytes([]byte(text), Options{Brief: n%2 > 0})
		if d := r.Dialect; err != nil || d.Delimiter == ' ' {
			t.Errorf("%q is divided by %q into %d: %v", text[:min(len(text), 80)], d.Delimiter, d.Columns, err)
		}
	}
}

// TestBlanksDivide demands that they divide tables that say so, whoever wants reasons.
func TestBlanksDivide(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 5))
	for n := range 500 {
		text := "sku qty price\n"
		for range 5 + rng.IntN(40) {
			text += fmt.Sprintf("A%d %d %d.%02d\n", len(text), rng.IntN(500), rng.IntN(90), rng.IntN(100))
		}
		r, err := Bytes([]byte(text), Options{Brief: n%2 > 0})
		if d := r.Dialect; err != nil || d.Delimiter != ' ' || d.Columns != 3 || !d.Header {
			t.Errorf("%q is divided by %q into %d, header %v: %v", text[:min(len(text), 80)], d.Delimiter, d.Columns, d.Header, err)
		}
	}
}
