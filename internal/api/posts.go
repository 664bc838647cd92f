package api

import (
	"time"

	"github.com/kithhq/kith/internal/network"
)

// Post is a text and the channels it goes to.
type Post struct {
	ID           string            `json:"id"`
	State        string            `json:"state" enum:"draft,scheduled,publishing,published,failed,unclear,cancelled,deleted,by_hand,unconfirmed" doc:"The least finished of its publications."`
	Text         string            `json:"text" doc:"The first line, for lists."`
	Parts        List[Part]        `json:"parts"`
	DueAt        *time.Time        `json:"due_at"`
	CreatedAt    time.Time         `json:"created_at"`
	UpdatedAt    time.Time         `json:"updated_at"`
	Author       Author            `json:"author"`
	Revision     int64             `json:"revision" doc:"Grows with every change; a change says which one it began from."`
	Publications List[Publication] `json:"publications"`
}

// Author is who wrote a post.
type Author struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Part is one post of a thread.
type Part struct {
	Text  string     `json:"text" maxLength:"100000"`
	Media []MediaUse `json:"media,omitempty" maxItems:"50" nullable:"false"`
	Link  string     `json:"link,omitempty" maxLength:"2000" doc:"Shown as a card where the network has cards."`
	Title string     `json:"title,omitempty" maxLength:"1000" doc:"For networks that have titles."`
	Poll  *Poll      `json:"poll,omitempty"`
	AI    bool       `json:"ai,omitempty" doc:"Made or altered by AI so that it could be taken for real: the network is told, where it has a label."`
	Paid  bool       `json:"paid,omitempty" doc:"A paid partnership: the network is told, where it has a label."`
}

// Poll is a question with answers to choose from; the question is the text.
type Poll struct {
	Options  []string `json:"options" minItems:"2" maxItems:"20" nullable:"false"`
	Minutes  int      `json:"minutes" minimum:"1" maximum:"525600"`
	Multiple bool     `json:"multiple,omitempty"`
}

// MediaUse is a file in a part; an empty alt takes the file's own.
type MediaUse struct {
	ID    string `json:"id" maxLength:"64"`
	Alt   string `json:"alt" maxLength:"10000"`
	Cover string `json:"cover,omitempty" maxLength:"64" doc:"Of a video: the picture that stands for it, an uploaded file. Networks that choose it themselves leave it out, and say so."`
	Tags  []Tag  `json:"tags,omitempty" maxItems:"50" nullable:"false" doc:"The people in it. Networks that tag nobody leave them out, and say so."`
}

// Tag is somebody who is to be seen in a picture or a video.
type Tag struct {
	Name string `json:"name" minLength:"1" maxLength:"64" doc:"As the network addresses them, without @."`
	At   *Spot  `json:"at,omitempty" doc:"Nowhere in particular, where it is not said."`
}

// Spot is a place on a picture, as shares of its width and height from the top left.
type Spot struct {
	X float64 `json:"x" minimum:"0" maximum:"1"`
	Y float64 `json:"y" minimum:"0" maximum:"1"`
}

// Publication is a post on one channel.
type Publication struct {
	ID          string            `json:"id"`
	ChannelID   string            `json:"channel_id"`
	Network     network.Name      `json:"network"`
	State       string            `json:"state" enum:"draft,scheduled,publishing,published,failed,unclear,cancelled,deleted,by_hand,unconfirmed" doc:"by_hand: a person is to publish it now. unconfirmed: they were, and nobody says that it is out."`
	Own         bool              `json:"own" doc:"It has parts of its own."`
	Kind        string            `json:"kind" enum:",story,reel,repost" doc:"What it is on this network: empty = a post."`
	Options     map[string]string `json:"options" nullable:"false" doc:"What was chosen, by the names of the network's options. Of an option that is searched: an id and, after a space, the name it was found by."`
	Proof       string            `json:"proof,omitempty" doc:"Of one published by hand: the file that was shown."`
	Hand        Hand              `json:"hand" doc:"What was decided about publishing it by hand."`
	WaitsSince  *time.Time        `json:"waits_since" doc:"Since when it waits for a person; later than now: it was put off until then."`
	Said        bool              `json:"said" doc:"It is there by the word of a person alone."`
	Pinned      bool              `json:"pinned" doc:"The network keeps it at the top of our account."`
	Closed      bool              `json:"closed" doc:"Nobody may comment on it there."`
	Shared      string            `json:"shared" enum:",pending,accepted,rejected,revoked,deleted" doc:"Of one that shares another post: what its author thinks of that, where the network asks them; empty: nobody knows."`
	Step        Maybe[Step]       `json:"step" doc:"How far it has come, where a network takes several acts."`
	Parts       List[Part]        `json:"parts"`
	DueAt       *time.Time        `json:"due_at"`
	URL         string            `json:"url"`
	PublishedAt *time.Time        `json:"published_at"`
	Error       Maybe[Trouble]    `json:"error"`
	Subtitles   List[Subtitled]   `json:"subtitles" doc:"Of its videos, once they are out: what the network has of them."`
	Covers      List[Covered]     `json:"covers" doc:"Of its videos, where the network takes them once the video is out."`
	Seen        List[Seen]        `json:"seen" doc:"For an unclear one: what was seen on the network."`
	Counts      map[string]int64  `json:"counts" nullable:"true" doc:"As the network counts; what it does not give is absent, never 0. null: nothing yet."`
	CountedBy   string            `json:"counted_by" enum:",network,by_hand" doc:"Whose counts these are."`
	Rate        Maybe[Rate]       `json:"rate"`
}

// Trouble is why something did not work, and what to do.
type Trouble struct {
	Kind string `json:"kind" enum:"internal,invalid,denied,not_found,conflict,throttled,unavailable,uncertain"`
	Text string `json:"text" say:""`
	Hint string `json:"hint" say:""`
}

// Seen is what a look on the network found.
type Seen struct {
	What string     `json:"what"`
	URL  string     `json:"url,omitempty"`
	At   *time.Time `json:"at"`
}

// Target is a channel a post goes to; parts null = the post's own.
type Target struct {
	ChannelID string            `json:"channel_id" maxLength:"64"`
	Parts     []Part            `json:"parts" maxItems:"50" doc:"null = the parts of the post."`
	Kind      string            `json:"kind,omitempty" enum:",story,reel,repost" doc:"What it is on this network: empty = a post."`
	Options   map[string]string `json:"options,omitempty" maxProperties:"30" nullable:"false"`
	Hand      Hand              `json:"hand,omitzero" doc:"That a person publishes it, also where a program could."`
}

// Step is how far a publication has come on its way.
type Step struct {
	Name   string `json:"name" doc:"What comes next: begin, upload, process, publish."`
	Done   int64  `json:"done"`
	Total  int64  `json:"total" doc:"0: how much there is to do is not known."`
	Public bool   `json:"public" doc:"What comes next may make it visible; before that it can be stopped."`
}

// Draft is what a person writes.
type Draft struct {
	Parts        List[Part]   `json:"parts"`
	Publications List[Target] `json:"publications"`
}

// Change is a draft that began from a revision.
type Change struct {
	Draft
	Revision int64 `json:"revision"`
}

// Due says when a post leaves the house.
type Due struct {
	DueAt *time.Time `json:"due_at" doc:"null or past = now."`
}

// Check asks what a network would say, without asking it.
type Check struct {
	Parts    List[Part]   `json:"parts"`
	Channels List[Target] `json:"channels"`
	DueAt    *time.Time   `json:"due_at,omitempty" doc:"When it would go out; null or past = now."`
}

// Checked is the answer for each channel.
type Checked struct {
	Channels List[ChannelCheck] `json:"channels"`
}

// ChannelCheck is what is wrong for one channel, and how much of its limits is used by each part.
type ChannelCheck struct {
	ChannelID string       `json:"channel_id"`
	Problems  List[Wrong]  `json:"problems"`
	Counts    List[Use]    `json:"counts"`
	Files     List[Handed] `json:"files" doc:"Where a person publishes: what becomes of the files."`
	Afford
}

// Wrong keeps a part from being published (error), or a person should know it (warn).
type Wrong struct {
	Level  string         `json:"level" enum:"error,warn"`
	Part   int            `json:"part"`
	File   int            `json:"file,omitempty" doc:"Which of the part's files, from 0; of media, alt and subtitles."`
	Field  string         `json:"field" enum:"text,title,media,alt,subtitles,link,poll,kind,options"`
	Key    string         `json:"key" doc:"With params, makes the sentence in any language."`
	Params map[string]any `json:"params,omitempty"`
	Text   string         `json:"text" say:""`
	Hint   string         `json:"hint" say:""`
}

// Use is how much of a limit a text takes, counted as the network counts.
type Use struct {
	Used  int `json:"used"`
	Max   int `json:"max"`
	Bytes int `json:"bytes"`
}

type postQuery struct {
	Paging
	State   string    `query:"state" enum:"draft,scheduled,publishing,published,failed,unclear,cancelled,by_hand,unconfirmed"`
	Channel string    `query:"channel" maxLength:"64"`
	Q       string    `query:"q" maxLength:"200"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
}

func (p Post) about() string { return p.ID }
