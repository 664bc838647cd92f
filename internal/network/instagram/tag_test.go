package instagram_test

import (
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
)

func tag(name string, at ...float64) network.Tag {
	if len(at) == 0 {
		return network.Tag{Name: name}
	}
	return network.Tag{Name: name, At: &network.Spot{X: at[0], Y: at[1]}}
}

// What is told of whom a picture shows, as the reference of POST /{ig-user-id}/media has it
// on 27 November 2026 (developers.facebook.com/documentation/instagram-platform).
func TestPeopleAreTagged(t *testing.T) {
	picture := func(tags ...network.Tag) network.Media {
		m := networktest.Picture("image/jpeg", 400, 400, "the team")
		m.Tags = tags
		return m
	}
	film := func(tags ...network.Tag) network.Media {
		m := networktest.File("video/mp4", append([]byte("\x00\x00\x00\x18ftypisom"), make([]byte, 4096)...), 720, 1280, "")
		m.Tags = tags
		return m
	}
	for name, c := range map[string]struct {
		kind  network.PostKind
		files []network.Media
		told  []string // of each container
	}{
		"a picture":         {files: []network.Media{picture(tag("lea.m", 0.25, 1), tag("ben_k", 0, 0.5))}, told: []string{`[{"username":"lea.m","x":0.25,"y":1},{"username":"ben_k","x":0,"y":0.5}]`}},
		"a reel":            {kind: network.Reel, files: []network.Media{film(tag("lea.m", 0.25, 1))}, told: []string{`[{"username":"lea.m"}]`}},
		"a video":           {files: []network.Media{film(tag("lea.m"))}, told: []string{`[{"username":"lea.m"}]`}},
		"a story":           {kind: network.Story, files: []network.Media{picture(tag("lea.m"), tag("ben_k", 0.5, 0.5))}, told: []string{`[{"username":"lea.m"},{"username":"ben_k","x":0.5,"y":0.5}]`}},
		"a story of a film": {kind: network.Story, files: []network.Media{film(tag("lea.m", 0.5, 0.5))}, told: []string{`[{"username":"lea.m","x":0.5,"y":0.5}]`}},
		"a carousel":        {files: []network.Media{picture(tag("lea.m", 0.1, 0.2)), picture(), film(tag("ben_k"))}, told: []string{`[{"username":"lea.m","x":0.1,"y":0.2}]`, "", "", ""}},
		"nobody":            {files: []network.Media{picture()}, told: []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, login := range []string{facebook, own} {
				o := open(t, login)
				part := o.Part("the team")
				part.Kind, part.Media = c.kind, c.files
				if c.kind == network.Story {
					part.Text = ""
				}
				if _, err := o.Send(part); err != nil {
					t.Fatal(err)
				}
				forms := asked(o, "media")
				if len(forms) != len(c.told) {
					t.Fatalf("%d containers", len(forms))
				}
				for i, form := range forms {
					if got := form.Get("user_tags"); got != c.told[i] {
						t.Errorf("with the login of %s, file %d was told %s", login, i, got)
					}
				}
			}
		})
	}
}

func TestTagsThatInstagramRefusesAreRefusedBefore(t *testing.T) {
	many := make([]network.Tag, 21)
	for i := range many {
		many[i] = tag("p"+string(rune('a'+i)), 0.5, 0.5)
	}
	for name, c := range map[string]struct {
		tags []network.Tag
		key  string
	}{
		"no place":     {[]network.Tag{tag("lea.m")}, "tag_nowhere"},
		"outside":      {[]network.Tag{tag("lea.m", 1.2, 0)}, "tag_outside"},
		"no name":      {[]network.Tag{tag("@lea m", 0, 0)}, "tag_name"},
		"twice":        {[]network.Tag{tag("lea.m", 0, 0), tag("lea.m", 1, 1)}, "tag_twice"},
		"too many":     {many, "too_many_tags"},
		"another file": {nil, ""},
	} {
		o := open(t, facebook)
		part := o.Part(name)
		m := networktest.Picture("image/jpeg", 400, 400, "the team")
		m.Tags = c.tags
		part.Media = []network.Media{m}
		_, err := o.Send(part)
		if (c.key == "") != (err == nil) || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
		_, problems := m.Tagged(o.driver.Profile().Limits.Media.Image.Tags, 1)
		if c.key != "" && (len(problems) != 1 || problems[0].Key != c.key || problems[0].Level != "error") {
			t.Errorf("%s: %+v", name, problems)
		}
		if n := len(o.Ledger(sandbox.Publish)); (n == 1) != (c.key == "") {
			t.Errorf("%s: %d posts", name, n)
		}
	}
	// A network that tags nobody leaves them out, and says so.
	m := networktest.Picture("image/jpeg", 400, 400, "the team")
	m.Tags = []network.Tag{tag("lea.m", 0.5, 0.5)}
	if tags, problems := m.Tagged(nil, 1); len(tags) != 0 || len(problems) != 1 || problems[0].Level != "warn" {
		t.Errorf("%+v, %+v", tags, problems)
	}
}
