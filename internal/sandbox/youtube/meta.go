package youtube

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The limits, as the reference of the video resource states them.
const (
	titleMost       = 100  // characters
	descriptionMost = 5000 // bytes
	tagsMost        = 500  // characters, with commas, and quotes around tags with a space
	commentMost     = 10000
	chunkUnit       = 256 << 10
	fileMost        = int64(274877906944)
	thumbMost       = 2 << 20
)

func categories() []string {
	return []string{"1", "2", "10", "15", "17", "19", "20", "22", "23", "24", "25", "26", "27", "28", "29"}
}

// resource is a video as a client may write one: all published properties may stand there, those that can be set are read.
type resource struct {
	Kind    string `json:"kind"`
	ETag    string `json:"etag"`
	ID      string `json:"id"`
	Snippet *struct {
		Title                string   `json:"title"`
		Description          string   `json:"description"`
		Tags                 []string `json:"tags"`
		CategoryID           string   `json:"categoryId"`
		DefaultLanguage      string   `json:"defaultLanguage"`
		DefaultAudioLanguage string   `json:"defaultAudioLanguage"`
		ChannelID            string   `json:"channelId"`
		ChannelTitle         string   `json:"channelTitle"`
		PublishedAt          string   `json:"publishedAt"`
		Live                 string   `json:"liveBroadcastContent"`
		Localized            any      `json:"localized"`
		Thumbnails           any      `json:"thumbnails"`
	} `json:"snippet"`
	Status *struct {
		PrivacyStatus           string `json:"privacyStatus"`
		PublishAt               string `json:"publishAt"`
		License                 string `json:"license"`
		Embeddable              *bool  `json:"embeddable"`
		PublicStatsViewable     *bool  `json:"publicStatsViewable"`
		SelfDeclaredMadeForKids *bool  `json:"selfDeclaredMadeForKids"`
		MadeForKids             *bool  `json:"madeForKids"`
		ContainsSyntheticMedia  *bool  `json:"containsSyntheticMedia"`
		UploadStatus            string `json:"uploadStatus"`
		FailureReason           string `json:"failureReason"`
		RejectionReason         string `json:"rejectionReason"`
	} `json:"status"`
	Paid *struct {
		HasPaidProductPlacement bool `json:"hasPaidProductPlacement"`
	} `json:"paidProductPlacementDetails"`
}

// apply writes the parts of a resource over what is known of a video: what a part leaves out loses its value.
func (r resource) apply(m meta, parts []string, now time.Time) (meta, *fault) {
	if slices.Contains(parts, "snippet") {
		s := r.Snippet
		if s == nil {
			return m, bad("youtube.video", "invalidVideoMetadata", "The request metadata is invalid.")
		}
		m.Title, m.Description, m.Tags, m.Language = s.Title, s.Description, s.Tags, s.DefaultLanguage
		if s.CategoryID != "" || m.Category == "" {
			m.Category = s.CategoryID
		}
		if m.Category == "" {
			m.Category = "22"
		}
		if f := m.words(); f != nil {
			return m, f
		}
	}
	if slices.Contains(parts, "status") {
		if r.Status == nil {
			return m, bad("youtube.video", "invalidVideoMetadata", "The request metadata is invalid.")
		}
		var f *fault
		if m, f = r.standing(m, now); f != nil {
			return m, f
		}
	}
	if slices.Contains(parts, "paidProductPlacementDetails") {
		m.Paid = r.Paid != nil && r.Paid.HasPaidProductPlacement
	}
	return m, nil
}

func (m meta) words() *fault {
	switch {
	case strings.TrimSpace(m.Title) == "" || utf8.RuneCountInString(m.Title) > titleMost || strings.ContainsAny(m.Title, "<>"):
		return bad("youtube.video", "invalidTitle", "The request metadata specifies an invalid or empty video title.").at("body.snippet.title")
	case len(m.Description) > descriptionMost || strings.ContainsAny(m.Description, "<>"):
		return bad("youtube.video", "invalidDescription", "The request metadata specifies an invalid video description.").at("body.snippet.description")
	case !slices.Contains(categories(), m.Category):
		return bad("youtube.video", "invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.").at("body.snippet.categoryId")
	}
	length := max(len(m.Tags)-1, 0)
	for _, t := range m.Tags {
		if strings.TrimSpace(t) == "" || strings.ContainsAny(t, "<>") {
			length = tagsMost + 1
		}
		length += utf8.RuneCountInString(t)
		if strings.Contains(t, " ") {
			length += 2
		}
	}
	if length > tagsMost {
		return bad("youtube.video", "invalidTags", "The request metadata specifies invalid video keywords.").at("body.snippet.tags")
	}
	return nil
}

func (r resource) standing(m meta, now time.Time) (meta, *fault) {
	s := r.Status
	or := func(b *bool, usual bool) bool {
		if b == nil {
			return usual
		}
		return *b
	}
	m.Privacy, m.License, m.PublishAt = s.PrivacyStatus, s.License, time.Time{}
	m.Embeddable, m.Stats, m.Kids, m.Synthetic = or(s.Embeddable, true), or(s.PublicStatsViewable, true), or(s.SelfDeclaredMadeForKids, false), or(s.ContainsSyntheticMedia, false)
	if m.Privacy == "" {
		m.Privacy = "public"
	}
	if m.License == "" {
		m.License = "youtube"
	}
	switch {
	case !slices.Contains([]string{"public", "unlisted", "private"}, m.Privacy):
		return m, bad("youtube.video", "invalidVideoMetadata", "Invalid value at 'resource.status.privacy_status'.").at("body.status.privacyStatus")
	case !slices.Contains([]string{"youtube", "creativeCommon"}, m.License):
		return m, bad("youtube.video", "invalidVideoMetadata", "Invalid value at 'resource.status.license'.").at("body.status.license")
	}
	if s.PublishAt != "" {
		at, err := time.Parse(time.RFC3339, s.PublishAt)
		if err != nil || m.Privacy != "private" {
			return m, bad("youtube.video", "invalidPublishAt", "The request metadata specifies an invalid scheduled publishing time.").at("body.status.publishAt")
		}
		if m.PublishAt = at; !at.After(now) { // a date in the past publishes at once
			m.Privacy, m.PublishAt = "public", time.Time{}
		}
	}
	return m, nil
}
