package facebook_test

import (
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// heard are the events of what was told so far, by key, once each.
func (o *house) heard() (all []network.Event, keys map[string]int) {
	o.t.Helper()
	o.net.Settle()
	o.mu.Lock()
	defer o.mu.Unlock()
	keys = map[string]int{}
	for _, body := range o.bodies {
		raws, err := o.driver.Split(body)
		if err != nil {
			o.t.Fatal(err)
		}
		for _, raw := range raws {
			if keys[raw.Key]++; keys[raw.Key] > 1 {
				continue // it is recorded once
			}
			events, err := o.driver.Decode(o.Conn, raw)
			if err != nil {
				o.t.Fatal(err)
			}
			all = append(all, events...)
		}
	}
	return all, keys
}

// Somebody names the Page in a comment below a post of somebody else: it is a mention of
// its own, below nothing of ours, which can be answered; and it is changed and taken back.
func TestAMentionInACommentIsHeard(t *testing.T) {
	o := open(t)
	o.listenTo("feed", "mention")
	ada, bob := o.Stage.Cast.All()[1], o.Stage.Cast.All()[2]
	theirs, err := o.net.ElsewherePost(bob, o.Conn.Account, "who binds books here?")
	if err != nil {
		t.Fatal(err)
	}
	said := o.Act(sandbox.Act{Kind: "mention", Person: ada.ID, Target: theirs, Text: "does"})
	all, _ := o.heard()
	if len(all) != 1 || all[0].Kind != network.Mention || all[0].ID != said.ID || all[0].Post != "" || all[0].Parent != "" || all[0].Thread != said.ID || all[0].Text != "Atelier does" {
		t.Fatalf("%+v", all)
	}
	part := o.Answer("We do!", network.Ref{ID: said.ID, Extra: all[0].Extra})
	sent, err := o.driver.Reply(t.Context(), o.Conn, part)
	if err != nil || sent.ID == "" {
		t.Fatalf("answered: %v", err)
	}
	if made := o.Ledger(sandbox.Reply); len(made) != 1 || made[0].Text != "We do!" {
		t.Errorf("%+v", made)
	}
	look, err := o.driver.Find(t.Context(), o.Conn, part, part.At)
	if err != nil || len(look.Near) != 1 || look.Near[0].ID != sent.ID {
		t.Errorf("looked for: %+v, %v", look, err)
	}
	o.Act(sandbox.Act{Kind: "edit", Person: ada.ID, Target: said.ID, Text: "Atelier does, well"})
	o.Act(sandbox.Act{Kind: "remove", Person: ada.ID, Target: said.ID})
	all, _ = o.heard()
	if len(all) != 3 || all[1].Kind != network.Edited || all[1].Text != "Atelier does, well" || all[1].Post != "" || all[2].Kind != network.Deleted || all[2].ID != said.ID {
		t.Errorf("%+v", all)
	}
}

// Who names the Page below its own post is told twice, as a comment and as a mention: it
// is one comment.
func TestAMentionBelowAPostOfOursIsAComment(t *testing.T) {
	o := open(t)
	o.listenTo("feed", "mention")
	_, post := o.Publish("What do you read?")
	before, _ := o.heard()
	said := o.Act(sandbox.Act{Kind: "mention", Person: o.Stage.Cast.All()[1].ID, Target: post.ID, Text: "knows"})
	all, keys := o.heard()
	if all = all[len(before):]; len(all) != 1 || all[0].Kind != network.Comment || all[0].ID != said.ID || all[0].Post != post.ID || keys["comment "+said.ID] != 2 {
		t.Errorf("%+v, told %v", all, keys)
	}
	o.Act(sandbox.Act{Kind: "edit", Person: said.Person.ID, Target: said.ID, Text: "Atelier knows best"})
	o.Act(sandbox.Act{Kind: "remove", Person: said.Person.ID, Target: said.ID})
	if all, _ = o.heard(); len(all) != len(before)+3 {
		t.Errorf("%+v", all[len(before):])
	}
}
