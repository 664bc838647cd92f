package api

import (
	"time"

	"github.com/kithhq/kith/internal/access"
)

// Today is the day in order.
type Today struct {
	Urgent    List[Item]      `json:"urgent"`
	Answer    ToAnswer        `json:"answer"`
	Publish   List[ToPublish] `json:"publish" doc:"What leaves the house today, in order."`
	Waiting   List[Item]      `json:"waiting"`
	Watch     List[Item]      `json:"watch"`
	Yesterday Yesterday       `json:"yesterday"`
}

// Item is something to look at.
type Item struct {
	Kind    string         `json:"kind"`
	TextKey string         `json:"text_key"`
	Params  map[string]any `json:"params"`
	Href    string         `json:"href" doc:"The page in the browser application."`
	At      *time.Time     `json:"at"`
}

// ToAnswer is how many wait for an answer, and the first of them.
type ToAnswer struct {
	Count    int                `json:"count"`
	OldestAt *time.Time         `json:"oldest_at"`
	First    List[Conversation] `json:"first"`
}

// ToPublish is a publication with its post.
type ToPublish struct {
	Publication Publication `json:"publication"`
	Post        PostName    `json:"post"`
}

// Yesterday is one sentence, and its numbers.
type Yesterday struct {
	SentenceKey string           `json:"sentence_key"`
	Params      map[string]any   `json:"params"`
	Counts      map[string]int64 `json:"counts"`
}

// Rate is a named, versioned definition applied to counts.
type Rate struct {
	Definition  string     `json:"definition"`
	Version     int        `json:"version"`
	Value       *float64   `json:"value" doc:"null when a count is missing: missing is not zero."`
	Numerator   *float64   `json:"numerator"`
	Denominator *float64   `json:"denominator"`
	Formula     string     `json:"formula"`
	Coverage    string     `json:"coverage" doc:"Which of the counts the network gave."`
	AsOf        *time.Time `json:"as_of"`
}

// Definition is what a rate means.
type Definition struct {
	Name    string       `json:"name"`
	Version int          `json:"version"`
	Formula string       `json:"formula"`
	Fields  List[string] `json:"fields"`
	Text    string       `json:"text"`
}

// PostMeasure is a publication with its counts.
type PostMeasure struct {
	PublicationID string           `json:"publication_id"`
	PostID        string           `json:"post_id"`
	ChannelID     string           `json:"channel_id"`
	Text          string           `json:"text"`
	URL           string           `json:"url"`
	PublishedAt   *time.Time       `json:"published_at"`
	AgeS          int64            `json:"age_s" doc:"How old the post was when it was counted."`
	Counts        map[string]int64 `json:"counts"`
	Rate          Maybe[Rate]      `json:"rate"`
	AsOf          *time.Time       `json:"as_of"`
}

type measureQuery struct {
	Paging
	Channel string `query:"channel" maxLength:"64"`
}

func (d *Door) today() {
	on(d, route{id: "GET /today", name: "getToday", verb: access.Read, summary: "The day in order"}, soon[none, Today])
	on(d, route{id: "GET /measures/posts", name: "listMeasures", verb: access.Measure, summary: "Posts with their counts, newest first"}, soon[measureQuery, Page[PostMeasure]])
	on(d, route{id: "GET /measures/definitions", name: "listDefinitions", verb: access.Measure, summary: "What each rate means"}, soon[none, Page[Definition]])
}
