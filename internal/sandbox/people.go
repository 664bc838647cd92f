package sandbox

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Mood is how a person talks.
type Mood string

// The moods.
const (
	Fan         Mood = "fan"
	Curious     Mood = "curious"
	Complaining Mood = "complaining"
	Troll       Mood = "troll"
	Spammer     Mood = "spammer"
)

// Person is somebody on the stage. Networks make their own identifiers from ID.
type Person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Handle string `json:"handle"` // a–z, 0–9 and _; unique in the cast
	Lang   string `json:"lang"`   // fr or en
	Mood   Mood   `json:"mood"`
	Hue    int    `json:"-"`
	Look   int    `json:"-"`
}

// Cast is the people of a stage, always the same for the same seed.
type Cast struct {
	all  []Person
	byID map[string]int
}

func newCast(r *rand.Rand, n int) *Cast {
	first := map[string][]string{
		"fr": strings.Fields("Camille Léa Manon Chloé Inès Sarah Jade Louise Zoé Nora Amina Aïcha Maëlle Soline Awa Fatou Hugo Lucas Théo Nathan Jules Malo Yanis Karim Mehdi Ousmane Bastien Rémi Étienne Gaël Noé Loïc Anaïs Solène Margaux Thérèse Gérard Monique Sylvie Thierry"),
		"en": strings.Fields("Emma Olivia Amelia Grace Priya Aisha Chloe Hannah Zoe Megan Ruth Keisha Siobhan Freya Nadia Mei Jack Oliver Harry Noah Liam Ethan Arjun Kwame Declan Callum Rhys Tomasz Diego Omar Aaron Marcus Beth Holly Imogen Maureen Trevor Sheila Graham Ngozi"),
	}
	last := map[string][]string{
		"fr": strings.Fields("Martin Bernard Dubois Moreau Lefèvre Garnier Faure Mercier Chevalier Renard Benali Diallo Traoré Nguyen Da-Silva Lopez Roussel Guérin Boyer Picard Haddad Cissé Morel Perrot Hamel Leroux Barbier Colin Marchal Rey"),
		"en": strings.Fields("Smith Jones Taylor Brown Davies Evans Wilson Thomas Roberts Walker Hughes Green Patel Khan Singh Okafor Mensah O'Brien Murphy Kelly Chen Nowak Garcia Campbell Stewart Fraser Whitfield Ashworth Barnes Holloway"),
	}
	moods := []Mood{Fan, Curious, Fan, Curious, Complaining, Fan, Curious, Troll, Complaining, Curious, Fan, Spammer}
	c := &Cast{byID: map[string]int{}}
	taken := map[string]bool{}
	for i := range n {
		lang := []string{"fr", "en"}[i%2]
		f, l := first[lang][r.IntN(len(first[lang]))], last[lang][r.IntN(len(last[lang]))]
		p := Person{ID: fmt.Sprintf("p%03d", i+1), Name: f + " " + l, Lang: lang, Mood: moods[(i/2)%len(moods)], Hue: r.IntN(360), Look: r.IntN(64)}
		p.Handle = slug(f + "_" + l)
		for taken[p.Handle] {
			p.Handle = slug(f+"_"+l) + fmt.Sprint(10+r.IntN(990))
		}
		taken[p.Handle] = true
		c.byID[p.ID] = len(c.all)
		c.all = append(c.all, p)
	}
	return c
}

// slug writes a name with a–z and _ alone.
func slug(s string) string {
	plain := strings.NewReplacer("é", "e", "è", "e", "ë", "e", "ï", "i", "ô", "o", "ç", "c", "'", "", "-", "")
	return plain.Replace(strings.NewReplacer("É", "e").Replace(strings.ToLower(s)))
}

// All answers everybody.
func (c *Cast) All() []Person { return append([]Person(nil), c.all...) }

// Person answers somebody by id.
func (c *Cast) Person(id string) (Person, bool) {
	i, ok := c.byID[id]
	if !ok {
		return Person{}, false
	}
	return c.all[i], true
}

// Some answers the people of a mood and a language; "" takes any.
func (c *Cast) Some(m Mood, lang string) []Person {
	found := []Person{}
	for _, p := range c.all {
		if (m == "" || p.Mood == m) && (lang == "" || p.Lang == lang) {
			found = append(found, p)
		}
	}
	return found
}

// Avatar draws a person: a face in flat colours, as SVG.
func (p Person) Avatar() []byte {
	skin := []string{"#f2d3b8", "#e0ac88", "#c68b62", "#8d5a3b", "#5f3a26"}[p.Look%5]
	hair := []string{"#2b1d16", "#5a3825", "#a8692e", "#d9b25f", "#8f8f94", "#b3432b"}[p.Look%6]
	shape := []string{
		`<path d="M16 30a16 16 0 0 1 32 0v-4a16 18 0 0 0-32 0z"/>`,
		`<path d="M15 44V28a17 18 0 0 1 34 0v16h-5V30a12 12 0 0 0-24 0v14z"/>`,
		`<circle cx="32" cy="15" r="7"/><path d="M17 29a15 16 0 0 1 30 0z"/>`,
		`<path d="M17 27q4-14 18-13t13 15q-8-2-12-7-7 6-19 5z"/>`,
	}[p.Look%4]
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="128" height="128">`+
		`<rect width="64" height="64" fill="hsl(%d 45%% 78%%)"/><path d="M8 64q2-17 24-17t24 17z" fill="hsl(%d 40%% 42%%)"/>`+
		`<rect x="27" y="40" width="10" height="11" fill="%s"/><ellipse cx="32" cy="30" rx="13" ry="15" fill="%s"/><g fill="%s">%s</g>`+
		`<g fill="#2a2320"><circle cx="27" cy="31" r="1.5"/><circle cx="37" cy="31" r="1.5"/></g>`+
		`<path d="M27 37q5 %d 10 0" fill="none" stroke="#2a2320" stroke-width="1.4" stroke-linecap="round"/></svg>`,
		p.Hue, (p.Hue+40)%360, skin, skin, hair, shape, 1+p.Look%5)
}
