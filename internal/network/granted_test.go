package network

import (
	"slices"
	"testing"
)

func grantedProfile() Profile {
	return Profile{
		Sorts: []Sort{{Name: "page", Label: "A Page"}, {Name: "member", Label: "A member", Cannot: map[Action]Cannot{ActPoll: {"No.", "Look."}}}},
		Rights: []Right{
			{Name: "write", Or: []string{"write_feed"}, For: []Action{ActPublish, ActFirstComment}, Without: "Kith cannot publish."},
			{Name: "admin", Sorts: []string{"page"}, For: []Action{ActInsights}, Without: "No figures.", Instead: "Ask for it."},
		},
	}
}

func TestWhatAnAccountCannotIsSaid(t *testing.T) {
	p := grantedProfile()
	for name, c := range map[string]struct {
		granted Granted
		denied  []Action
	}{
		"nothing is known":              {Granted{}, nil},
		"a sort, and no word of rights": {Granted{Sort: "member"}, []Action{ActPoll}},
		"a sort that nobody knows":      {Granted{Sort: "group"}, nil},
		"every right":                   {Granted{Sort: "page", Rights: []string{"write", "admin"}}, nil},
		"another right does, too":       {Granted{Sort: "page", Rights: []string{"write_feed", "admin"}}, nil},
		"one is missing":                {Granted{Sort: "page", Rights: []string{"write"}}, []Action{ActInsights}},
		"of another sort it is none":    {Granted{Sort: "member", Rights: []string{"write"}}, []Action{ActPoll}},
		"both":                          {Granted{Sort: "page", Rights: []string{"other"}}, []Action{ActPublish, ActFirstComment, ActInsights}},
	} {
		denied := p.Denies(c.granted)
		for _, a := range Actions() {
			why, no := denied[a]
			if no != slices.Contains(c.denied, a) {
				t.Errorf("%s: %s is denied: %v", name, a, no)
			}
			if no && (why.Why == "" || why.Instead == "") {
				t.Errorf("%s: %s: nothing is said", name, a)
			}
		}
	}
	if why := p.Denies(Granted{Sort: "page", Rights: []string{"other"}}); why[ActInsights].Instead != "Ask for it." || why[ActPublish].Instead != "Connect the channel again, and allow write." {
		t.Errorf("%+v", why)
	}
}

func TestAPostThatAnAccountMayNotMakeIsRefused(t *testing.T) {
	p := grantedProfile()
	p.Rights = append(p.Rights, Right{Name: "media", For: []Action{ActImage, ActCarousel}, Without: "No pictures."}, Right{Name: "poll", For: []Action{ActQuestion}, Without: "No polls."})
	few := Granted{Sort: "page", Rights: []string{"write", "admin"}}
	picture := Media{Type: "image/png"}
	for name, c := range map[string]struct {
		granted Granted
		parts   []Part
		fields  []string
	}{
		"words":            {few, []Part{{Text: "x"}}, nil},
		"a picture":        {few, []Part{{Text: "x"}, {Media: []Media{picture}}}, []string{"media"}},
		"several":          {few, []Part{{Media: []Media{picture, picture}}}, []string{"media", "media"}},
		"a poll":           {few, []Part{{Poll: &Poll{}}}, []string{"poll"}},
		"a first comment":  {Granted{Sort: "page", Rights: []string{"media", "poll"}}, []Part{{Text: "x"}, {Text: "y"}}, []string{"kind", "text"}},
		"nothing is known": {Granted{}, []Part{{Media: []Media{picture, picture}, Poll: &Poll{}}}, nil},
	} {
		var fields []string
		for _, problem := range p.Allowed(c.granted, Limits{}, c.parts) {
			if problem.Level != "error" || problem.Text == "" || problem.Hint == "" {
				t.Errorf("%s: %+v", name, problem)
			}
			fields = append(fields, problem.Field)
		}
		if !slices.Equal(fields, c.fields) {
			t.Errorf("%s: %v", name, fields)
		}
	}
}
