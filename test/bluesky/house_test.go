package bluesky_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/test/bluesky"
	"github.com/kithhq/kith/test/hand"
)

func TestTheHousePublishesOnceAtItsTimeAndDeletes(t *testing.T) {
	p := live(t)
	text := "Bonjour 👋🏽 #radio " + id.New()
	due := time.Now().Add(2 * time.Second).Truncate(time.Millisecond)
	post := p.Write(t, hand.Texts(text), hand.To(p.channel)...)
	if got := p.Schedule(t, post.ID, due); got.State != "scheduled" || len(p.written("")) != 0 {
		t.Fatalf("before its time it is %s, and %d records are there", got.State, len(p.written("")))
	}
	_, made := p.published(post.ID)
	if made.PublishedAt.Before(due) {
		t.Errorf("published at %v, before %v", made.PublishedAt, due)
	}
	kept := p.written("")
	if len(kept) != 1 || kept[0].Value.Text != text || len(kept[0].Value.Facets) != 1 || !same(made.URL, kept[0].URI) {
		t.Fatalf("Kith says %+v, and the PDS keeps %+v", made, kept)
	}
	p.settle()
	if shown := bluesky.Ask[[]shown](t, p.world, bluesky.Command{"do": "timeline", "of": p.us.Handle}); len(shown) != 1 || shown[0].URI != kept[0].URI || shown[0].Text != text {
		t.Errorf("the AppView shows %+v", shown)
	}

	after := hand.Do[api.Post](t, p.Hand, http.MethodDelete, "/publications/"+made.ID+"/remote", nil)
	if after.State != "deleted" {
		t.Errorf("deleted, and Kith says %s", after.State)
	}
	_, err := p.world.Do(t.Context(), bluesky.Command{"do": "record", "uri": kept[0].URI})
	var refused *bluesky.Refused
	if !errors.As(err, &refused) || refused.Name != "RecordNotFound" {
		t.Errorf("reading what was deleted gives %v", err)
	}
	p.settle()
	if shown := bluesky.Ask[[]shown](t, p.world, bluesky.Command{"do": "timeline", "of": p.us.Handle}); len(shown) != 0 {
		t.Errorf("the AppView still shows %+v", shown)
	}
}

func TestTheHousePublishesAThreadWithAPicture(t *testing.T) {
	p := live(t)
	const alt = "Rien, en 40 × 30 <é>"
	picture := p.upload(alt)
	parts := hand.Texts("un", "deux", "trois")
	parts[1].Media = []api.MediaUse{{ID: picture.ID, Alt: alt}}
	p.publish(time.Time{}, parts...)
	kept := p.written("")
	first := thread(t, kept, "un", "deux", "trois")
	p.settle()
	type pictured struct {
		shown
		Images  []struct{ Alt, Fullsize string }
		Answers []pictured
	}
	top := bluesky.Ask[pictured](t, p.world, bluesky.Command{"do": "thread", "uri": first.URI})
	if len(top.Answers) != 1 || len(top.Answers[0].Answers) != 1 || top.Answers[0].Answers[0].Text != "trois" {
		t.Fatalf("the AppView shows %+v", top)
	}
	if two := top.Answers[0]; two.Text != "deux" || len(two.Images) != 1 || two.Images[0].Alt != alt || len(top.Images)+len(two.Answers[0].Images) != 0 {
		t.Errorf("the AppView shows pictures as %+v", top)
	}
}

// thread says that these records and no others are a thread with these texts, and gives the first.
func thread(t *testing.T, kept []recordOf, texts ...string) recordOf {
	t.Helper()
	order := func(r recordOf) int { return slices.Index(texts, r.Value.Text) }
	slices.SortFunc(kept, func(a, b recordOf) int { return order(a) - order(b) })
	if len(kept) != len(texts) {
		t.Fatalf("the PDS keeps %+v", kept)
	}
	for i, r := range kept {
		where := r.Value.Reply
		if order(r) != i || (where == nil) != (i == 0) || where != nil && (where.Root.URI != kept[0].URI || where.Parent.URI != kept[i-1].URI) {
			t.Errorf("part %d is “%s” at %+v", i+1, r.Value.Text, where)
		}
	}
	return kept[0]
}

// same says whether a page of the web and a record are of the same post.
func same(page, uri string) bool { return page != "" && path.Base(page) == path.Base(uri) }

// upload gives Kith a picture.
func (p *place) upload(alt string) (m api.Media) {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	p.must(form.WriteField("alt", alt))
	file, err := form.CreateFormFile("file", "rien.png")
	p.must(err)
	p.must(png.Encode(file, image.NewRGBA(image.Rect(0, 0, 40, 30))))
	p.must(form.Close())
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.URL+"/api/v1/media", &body)
	p.must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+p.Token)
	answer, err := p.Client.Do(r)
	p.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	p.must(err)
	if answer.StatusCode != http.StatusOK {
		p.t.Fatalf("uploading: %s %s", answer.Status, text)
	}
	p.must(json.Unmarshal(text, &m))
	return m
}

func TestTheHouseHearsPeopleAnswersThemAndCountsAsTheNetworkDoes(t *testing.T) {
	p := live(t)
	post, made := p.publish(time.Time{}, hand.Texts("Que lisez-vous ?")...)
	uri := p.written("")[0].URI
	p.settle()
	const said, quoted = "J'adore la crème brûlée <3 & Proust", "À lire sans attendre"
	first := p.act("reply", uri, said)
	p.act("like", uri, "")
	p.act("repost", uri, "")
	p.act("quote", uri, quoted)
	p.act("follow", "", "")
	p.settle()

	talk := p.conversation("comments", said)
	if talk.Post.It == nil || talk.Post.It.ID != post.ID || talk.Post.It.PublicationID != made.ID || talk.Unread != 1 || talk.Count != 1 {
		t.Errorf("the comment's conversation is %+v", talk)
	}
	if quote := p.conversation("comments", quoted); quote.ID == talk.ID || quote.Post.It == nil || quote.Post.It.ID != post.ID {
		t.Errorf("the quote's conversation is %+v", quote)
	}
	hits := list[api.Hit](p, "/search?q="+url.QueryEscape("PROUST creme brul"))
	if len(hits) != 1 || hits[0].Message.Text != said || hits[0].ConversationID != talk.ID {
		t.Errorf("searching finds %+v", hits)
	}
	if none := list[api.Hit](p, "/search?q=proust+madeleine"); len(none) != 0 {
		t.Errorf("searching for what nobody said finds %+v", none)
	}

	answer := hand.Do[api.Message](t, p.Hand, http.MethodPost, "/conversations/"+talk.ID+"/reply", api.Reply{Text: "Merci @" + p.friend.Handle + " !", MessageID: hits[0].Message.ID})
	hand.Until(t, soon, "the answer is sent", func() (bool, any) {
		all := p.Messages(t, talk.ID)
		i := slices.IndexFunc(all, func(m api.Message) bool { return m.ID == answer.ID })
		return i >= 0 && all[i].Sending == "sent", all
	})
	p.settle()
	top := bluesky.Ask[shown](t, p.world, bluesky.Command{"do": "thread", "uri": uri})
	if len(top.Answers) != 1 || top.Answers[0].URI != first.URI || len(top.Answers[0].Answers) != 1 || top.Answers[0].Answers[0].Text != answer.Text {
		t.Fatalf("the AppView shows %+v", top)
	}
	p.act("reply", top.Answers[0].Answers[0].URI, "De rien")
	p.settle()
	p.conversation("comments", "De rien")
	all := p.Messages(t, talk.ID)
	if len(all) != 3 || all[0].Text != "De rien" || all[0].ParentID != answer.ID || all[1].ParentID != all[2].ID || !all[1].FromUs || all[0].Person.It.ID != all[2].Person.It.ID {
		t.Errorf("the conversation is %+v", all)
	}

	// A day later: counts are the AppView's, and each thing that happened was tallied once.
	day := made.PublishedAt.UTC().Truncate(24 * time.Hour)
	p.ahead.Store(int64(time.Until(day.Add(36 * time.Hour))))
	var measured api.PostMeasure
	hand.Until(t, soon, "the post is counted on the next day", func() (bool, any) {
		measured = list[api.PostMeasure](p, "/measures/posts")[0]
		return measured.AsOf != nil && measured.AsOf.After(day.Add(24*time.Hour)), measured
	})
	got := measured.Counts
	want := bluesky.Ask[counts](t, p.world, bluesky.Command{"do": "counts", "uri": uri})
	followers := bluesky.Ask[struct{ Followers int64 }](t, p.world, bluesky.Command{"do": "profile", "of": p.us.Handle}).Followers
	if now := (counts{int(got["likes"]), int(got["replies"]), int(got["reposts"]), int(got["quotes"])}); now != want || want != (counts{1, 1, 1, 1}) || got["followers"] != followers || followers != 1 {
		t.Errorf("Kith counts %v, and the AppView says %+v and %d followers", got, want, followers)
	}
	tally := hand.Do[api.Today](t, p.Hand, http.MethodGet, "/today", nil).Yesterday.Counts
	for kind, n := range map[string]int64{"comment": 2, "mention": 1, "reaction": 1, "repost": 1, "follow": 1} {
		if tally[kind] != n {
			t.Errorf("%d × %s happened yesterday, and Kith says %v", n, kind, tally)
		}
	}
}

// conversation waits for the conversation of a kind in which the friend spoke last.
func (p *place) conversation(kind, last string) (found api.Conversation) {
	p.t.Helper()
	hand.Until(p.t, soon, "“"+last+"” is in the inbox", func() (bool, any) {
		all := list[api.Conversation](p, "/conversations?state=all&kind="+kind)
		for _, c := range all {
			if c.Last.Text == last {
				found = c
			}
		}
		return found.ID != "", all
	})
	if who := found.Person.It; who == nil || who.Handle != p.friend.Handle || found.Last.FromUs || found.ChannelID != p.channel {
		p.t.Errorf("“%s” was said in %+v", last, found)
	}
	return found
}
