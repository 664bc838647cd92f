package crash

import (
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// way is one way in which a network publishes; an account goes through its
// network's ways in turn, another one each round.
type way struct {
	name    string
	texts   int // parts that say something each
	files   []string
	options map[string]string
	kind    string
	title   string
	moments []moment       // where the kill strikes, in turn; none: at each text
	mute    bool           // the network keeps no text with it, so that it is counted instead
	as      sandbox.Action // what it is in the ledger; "": a post
	blind   bool           // the network has no key for it and no list that must show it: see facts.json, “lost naming of photos”
}

// moment is a request that the kill strikes: the one that carries a text, or one
// that is known by what it does and by what is read of it.
type moment struct {
	says     int // which text, from 1
	action   sandbox.Action
	begun    string // contained in its first half
	accepted string // contained in what the ledger says of it
}

func says(n int) moment { return moment{says: n + 1} }

func does(action sandbox.Action, begun, accepted string) moment {
	return moment{action: action, begun: begun, accepted: accepted}
}

func (w way) striking() []moment {
	if len(w.moments) > 0 {
		return w.moments
	}
	all := make([]moment, w.texts)
	for i := range all {
		all[i] = says(i)
	}
	return all
}

// quoted is what a post shares with words of its own.
func quoted(address string) map[string]string { return map[string]string{"reshare": address} }

// ways are those of a network; on those that share posts, the options are those of a
// post that shares one.
func ways(network string, options map[string]string) []way {
	first, comment, publishes := says(0), says(1), does(sandbox.Publish, "", "")
	switch network {
	case "bluesky", "mastodon":
		// Handed over, worked on, made public. Bluesky's video service knows a film that it has seen.
		return []way{
			{name: "thread", texts: 3},
			{name: "video with a part below it", texts: 2, files: []string{fresh}, moments: []moment{first, does(sandbox.Upload, "ftyp", ""), comment}},
			{name: "images", texts: 1, files: []string{"photo", "photo"}, moments: []moment{first, does(sandbox.Upload, "", "")}},
			{name: "quote with a part below it", texts: 2, options: options, moments: []moment{first, comment}},
		}
	case "facebook":
		bytes := does(sandbox.Upload, "ftyp", " bytes")
		return []way{
			{name: "photos", texts: 1, files: []string{"photo", "photo"}, moments: []moment{publishes, does(sandbox.Upload, "", "")}},
			{name: "video in pieces, with a first comment", texts: 2, files: []string{"long"}, moments: []moment{publishes, bytes, comment, first}},
			{name: "reel", texts: 1, files: []string{"film"}, kind: "reel", moments: []moment{publishes, bytes}},
			{name: "story of a photo", texts: 1, files: []string{"photo"}, kind: "story", mute: true, moments: []moment{publishes}},
			{name: "story of a video", texts: 1, files: []string{"film"}, kind: "story", mute: true, moments: []moment{publishes, bytes}},
			{name: "text", texts: 1},
		}
	case "pinterest":
		return []way{
			{name: "image", texts: 1, files: []string{"photo"}, options: options},
			{name: "video", texts: 1, files: []string{"film"}, options: options},
			{name: "carousel", texts: 1, files: []string{"photo", "photo"}, options: options},
			{name: "saved pin", texts: 1, options: options, kind: "repost", mute: true, as: sandbox.Repost, moments: []moment{does(sandbox.Repost, "", "")}},
		}
	case "youtube":
		return []way{
			{name: "video with a first comment", texts: 2, files: []string{fresh}, options: options, title: "A shelf, filmed"},
			{name: "short", texts: 1, files: []string{fresh}, options: options, title: "A shelf, filmed", kind: "reel"},
		}
	case "instagram": // the text goes with the container; what makes it public names only that
		bytes := does(sandbox.Upload, "ftyp", " bytes")
		return []way{
			{name: "image with a first comment", texts: 2, files: []string{"photo"}, moments: []moment{publishes, comment, first}},
			{name: "reel with a first comment", texts: 2, files: []string{"film"}, kind: "reel", moments: []moment{publishes, bytes, comment, first}},
			{name: "story", texts: 1, files: []string{"photo"}, kind: "story", mute: true, moments: []moment{publishes, does(sandbox.Upload, "", "")}},
			{name: "carousel", texts: 1, files: []string{"photo", "film"}, moments: []moment{publishes, bytes, first}},
		}
	case "x":
		segment := does(sandbox.Upload, "segment_index", "append")
		return []way{
			{name: "video, then an answer", texts: 2, files: []string{"long"}, moments: []moment{first, segment, comment, does(sandbox.Upload, "media_category", "initialize")}},
			{name: "thread", texts: 3},
			{name: "images, then an answer", texts: 2, files: []string{"photo", "photo"}, moments: []moment{first, comment, segment}},
			{name: "quote, then an answer", texts: 2, options: options, moments: []moment{first, comment}},
		}
	case "linkedin":
		announces := does(sandbox.Upload, "initializeUploadRequest", "")
		return []way{
			{name: "video with a first comment", texts: 2, files: []string{"film"}, moments: []moment{first, comment, does(sandbox.Upload, "ftyp", "0"), announces}},
			{name: "text with a first comment", texts: 2},
			{name: "images", texts: 1, files: []string{"photo", "photo"}, moments: []moment{first, announces}},
		}
	case "tiktok": // the text goes with the announcement; the last piece makes it public
		own := map[string]string{"privacy": "SELF_ONLY"}
		return []way{
			{name: "video with a first comment", texts: 2, files: []string{"film"}, options: options, moments: []moment{publishes, comment, does(sandbox.Upload, "", "")}},
			{name: "photos", texts: 1, files: []string{"photo", "photo"}, options: options, blind: true, moments: []moment{publishes}},
			{name: "video in pieces", texts: 1, files: []string{"longer"}, options: own, moments: []moment{publishes, does(sandbox.Upload, "ftyp", "")}},
		}
	case "lemmy": // the text stands at the end of what publishes it
		return []way{
			{name: "image with a first comment", texts: 2, files: []string{"photo"}, options: options, title: "What we read", moments: []moment{publishes, comment, does(sandbox.Upload, "", "")}},
			{name: "text with a first comment", texts: 2, options: options, title: "What we read", moments: []moment{comment, publishes}},
		}
	}
	return []way{{name: "thread", texts: 3}}
}

// fresh is a film that nobody has seen yet: some networks take the same one once.
const fresh = "fresh"

// files uploads what the ways attach. The long ones are handed over in pieces of
// 4 MiB and of 10 MB.
func (r *rig) files(t *testing.T) {
	t.Helper()
	film := func(bytes int) string {
		return r.child.hand.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, bytes), "a shelf, filmed").ID
	}
	r.media = map[string]string{
		"photo":  r.child.hand.Upload(t, "shelf.jpg", hand.Photo(640, 640), "a shelf of books").ID,
		"film":   film(200_000),
		"long":   film(9_000_000),
		"longer": film(21_000_000),
	}
}

// target is where a way's post goes, and parts what it says.
func (r *rig) target(t *testing.T, c connected, w way, texts []string) ([]api.Part, api.Target) {
	t.Helper()
	parts := hand.Texts(texts...)
	if w.mute {
		parts[0].Text = ""
	}
	parts[0].Title = w.title
	for _, f := range w.files {
		if f == fresh {
			r.films++
			r.media[fresh] = r.child.hand.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 200_000+r.films), "a shelf, filmed").ID
		}
		parts[0].Media = append(parts[0].Media, api.MediaUse{ID: r.media[f]})
	}
	return parts, api.Target{ChannelID: c.channel, Kind: w.kind, Options: w.options}
}
