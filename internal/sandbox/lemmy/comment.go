package lemmy

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

type comment struct {
	id                int64
	by                *member
	below             *post
	path              []int64 // those above it, then itself
	content           string
	deleted, removed  bool
	published, listed time.Time
	updated           *time.Time
	votes             map[int64]int
}

// notice tells one of us of a comment.
type notice struct {
	id   int64
	kind string // reply, mention
	to   *member
	of   *comment
	at   time.Time
}

func (n *Network) newestComments() []*comment {
	all := slices.Clone(n.comments)
	slices.SortStableFunc(all, func(a, b *comment) int {
		if c := b.published.Compare(a.published); c != 0 {
			return c
		}
		return int(b.id - a.id)
	})
	return all
}

func (n *Network) commentBy(id int64) *comment {
	i := slices.IndexFunc(n.comments, func(one *comment) bool { return one.id == id })
	if i < 0 {
		return nil
	}
	return n.comments[i]
}

// write puts a comment there and tells those whom it concerns.
func (n *Network) write(one *comment, parent *comment) {
	one.id, one.votes = n.next("comment"), map[int64]int{one.by.id: 1}
	if parent != nil {
		one.path = slices.Clone(parent.path)
	}
	one.path = append(one.path, one.id)
	n.comments = append(n.comments, one)
	one.below.newest = one.published
	now := n.stage.Clock.Now()
	tell := func(to *member, kind string) {
		if to != one.by && !slices.ContainsFunc(n.notices, func(o *notice) bool { return o.to == to && o.of == one }) {
			n.notices = append(n.notices, &notice{n.next("notice"), kind, to, one, now})
		}
	}
	for _, m := range n.members {
		if m.ours && strings.Contains(one.content+" ", "@"+m.name+"@"+n.options.Domain) {
			tell(m, "mention")
		}
	}
	if parent != nil {
		tell(parent.by, "reply")
	} else {
		tell(one.below.by, "reply")
	}
}

func (n *Network) createComment(q *request) (any, *problem) {
	in, p := read[struct {
		Content  string `json:"content"`
		Post     int64  `json:"post_id"`
		Parent   *int64 `json:"parent_id"`
		Language *int64 `json:"language_id"`
	}](q)
	if p != nil {
		return nil, p
	}
	below := n.postBy(in.Post)
	var parent *comment
	if in.Parent != nil {
		parent = n.commentBy(*in.Parent)
	}
	switch {
	case utf8.RuneCountInString(in.Content) > saidMost:
		return nil, no("invalid_body_field")
	case below == nil:
		return nil, no("couldnt_find_post")
	case below.in.banned[q.me.id]:
		return nil, no("person_is_banned_from_community")
	case below.deleted || below.removed:
		return nil, no("deleted")
	case below.locked && !below.in.mods[q.me.id]:
		return nil, no("locked")
	case in.Parent != nil && (parent == nil || parent.below != below):
		return nil, no("couldnt_create_comment")
	case parent != nil && len(parent.path) >= 50:
		return nil, no("max_comment_depth_reached")
	}
	if p := n.spend(q, &q.me.words, 10*time.Minute, n.options.Comments); p != nil {
		return nil, p
	}
	one := &comment{by: q.me, below: below, content: cleanText(in.Content), published: q.now, listed: q.now.Add(q.call.ListedLate())}
	n.write(one, parent)
	above := "post/" + key(below.id)
	if parent != nil {
		above = "comment/" + key(parent.id)
	}
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "comment/" + key(one.id), Parent: above, Text: one.content, Files: n.shown(q, one.content)})
	return object{"comment_view": n.commentView(q, one), "recipient_ids": []any{}}, nil
}

func (n *Network) getComment(q *request) (any, *problem) {
	id, p := q.number("id", 0)
	if p != nil {
		return nil, p
	}
	one := n.commentBy(id)
	if one == nil {
		return nil, no("couldnt_find_comment")
	}
	return object{"comment_view": n.commentView(q, one), "recipient_ids": []any{}}, nil
}

// listComments keeps what is deleted or removed, so that the tree holds, without
// its words. Those whom the asker has blocked are left out.
func (n *Network) listComments(q *request) (any, *problem) {
	below, p := q.number("post_id", 0)
	if p != nil {
		return nil, p
	}
	var all []*comment
	for _, one := range n.newestComments() {
		if (below == 0 || one.below.id == below) && !one.listed.After(q.now) && (q.me == nil || !q.me.blocks[one.by.id]) {
			all = append(all, one)
		}
	}
	all, p = cut(q, all)
	views := []object{}
	for _, one := range all {
		views = append(views, n.commentView(q, one))
	}
	return object{"comments": views}, p
}

// own finds a comment that the asker wrote.
func (n *Network) own(q *request, id int64) (*comment, *problem) {
	one := n.commentBy(id)
	switch {
	case one == nil:
		return nil, no("couldnt_find_comment")
	case one.by != q.me:
		return nil, no("no_comment_edit_allowed")
	}
	return one, nil
}

func (n *Network) editComment(q *request) (any, *problem) {
	in, p := read[struct {
		ID       int64   `json:"comment_id"`
		Content  *string `json:"content"`
		Language *int64  `json:"language_id"`
	}](q)
	if p != nil {
		return nil, p
	}
	one, p := n.own(q, in.ID)
	if p != nil {
		return nil, p
	}
	if in.Content != nil {
		if utf8.RuneCountInString(*in.Content) > saidMost {
			return nil, no("invalid_body_field")
		}
		one.content = cleanText(*in.Content)
	}
	one.updated = &q.now
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "comment/" + key(one.id), Text: one.content})
	return object{"comment_view": n.commentView(q, one), "recipient_ids": []any{}}, nil
}

func (n *Network) likeComment(q *request) (any, *problem) {
	in, p := read[struct {
		ID    int64 `json:"comment_id"`
		Score int   `json:"score"`
	}](q)
	if p != nil {
		return nil, p
	}
	one := n.commentBy(in.ID)
	if one == nil {
		return nil, no("couldnt_find_comment")
	}
	if p := n.vote(q, one.below.in, one.votes, "comment/"+key(one.id), in.Score); p != nil {
		return nil, p
	}
	return object{"comment_view": n.commentView(q, one), "recipient_ids": []any{}}, nil
}

func (n *Network) deleteComment(q *request) (any, *problem) {
	in, p := read[struct {
		ID      int64 `json:"comment_id"`
		Deleted bool  `json:"deleted"`
	}](q)
	if p != nil {
		return nil, p
	}
	one, p := n.own(q, in.ID)
	if p != nil {
		return nil, p
	}
	if one.deleted == in.Deleted {
		return nil, no("couldnt_update_comment")
	}
	one.deleted = in.Deleted
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "comment/" + key(one.id)})
	return object{"comment_view": n.commentView(q, one), "recipient_ids": []any{}}, nil
}

func (n *Network) removeComment(q *request) (any, *problem) {
	in, p := read[struct {
		ID      int64   `json:"comment_id"`
		Removed bool    `json:"removed"`
		Reason  *string `json:"reason"`
	}](q)
	if p != nil {
		return nil, p
	}
	one := n.commentBy(in.ID)
	switch {
	case one == nil:
		return nil, no("couldnt_find_comment")
	case !one.below.in.mods[q.me.id]:
		return nil, no("not_a_mod_or_admin")
	}
	one.removed = in.Removed
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "comment/" + key(one.id)})
	return object{"comment_view": n.commentView(q, one), "recipient_ids": []any{}}, nil
}

func (n *Network) replies(q *request) (any, *problem) {
	return n.told(q, "reply", "replies", "comment_reply")
}
func (n *Network) mentions(q *request) (any, *problem) {
	return n.told(q, "mention", "mentions", "person_mention")
}

// told is what the asker was told of, newest first by when they were told.
func (n *Network) told(q *request, kind, list, name string) (any, *problem) {
	var all []*notice
	for i := len(n.notices) - 1; i >= 0; i-- {
		if one := n.notices[i]; one.to == q.me && one.kind == kind && !q.me.blocks[one.of.by.id] && !one.of.listed.After(q.now) {
			all = append(all, one)
		}
	}
	all, p := cut(q, all)
	views := []object{}
	for _, one := range all {
		view := n.commentView(q, one.of)
		view["recipient"] = n.personView(q, one.to)
		view[name] = object{"id": one.id, "recipient_id": one.to.id, "comment_id": one.of.id, "read": false, "published": stamp(one.at)}
		views = append(views, view)
	}
	return object{list: views}, p
}
