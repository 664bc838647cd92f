package sandbox

import (
	"math/rand/v2"
	"strings"
)

// story is a small exchange: how somebody begins, what they say when nobody answers, when we did, and when we did once more.
type story struct {
	open, nudge, back, more []string
}

// stories are exchanges by language and kind: question, praise, complaint, message, launch, wave, defend, shaken.
type stories map[string]map[string][]story

func readStories() stories {
	all := stories{}
	for _, lang := range []string{"fr", "en"} {
		text, err := lines.ReadFile("lines/stories." + lang + ".txt")
		if err != nil {
			panic(err) // embedded: cannot be missing
		}
		all[lang] = map[string][]story{}
		kind := ""
		for line := range strings.Lines(string(text)) {
			sign, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			if sign == "=" {
				kind = rest
				all[lang][kind] = append(all[lang][kind], story{})
				continue
			}
			of := all[lang][kind]
			if len(of) == 0 {
				continue // before the first there is only the head of the file
			}
			now := &of[len(of)-1]
			switch sign {
			case ">":
				now.open = append(now.open, rest)
			case "~":
				now.nudge = append(now.nudge, rest)
			case "<":
				now.back = append(now.back, rest)
			case "+":
				now.more = append(now.more, rest)
			}
		}
	}
	return all
}

// bag gives out things in chance order, each once before any comes again.
type bag struct{ order []int }

func (b *bag) draw(r *rand.Rand, n int) int {
	if len(b.order) == 0 {
		b.order = r.Perm(n)
	}
	i := b.order[0]
	b.order = b.order[1:]
	return i
}

// moodOf says who tells a kind of story.
func moodOf(kind string) Mood {
	switch kind {
	case "praise", "defend":
		return Fan
	case "complaint", "wave":
		return Complaining
	}
	return Curious
}

// asks says whether a kind of story wants an answer from us.
func asks(kind string) bool { return kind != "praise" && kind != "defend" }

// variant is how the next one pastes the same words: a filter that compares letters must not see through it at once.
func variant(r *rand.Rand, s string) string {
	switch r.IntN(6) {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return s + strings.Repeat("!", 1+r.IntN(4))
	case 2:
		return strings.NewReplacer("o", "0", "e", "3").Replace(s)
	case 3:
		return "👉 " + s
	case 4:
		return strings.ReplaceAll(s, " ", "  ")
	}
	return s
}
