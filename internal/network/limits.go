package network

import "github.com/kithhq/kith/internal/text"

// Limits are what a network takes: dated data, not code.
type Limits struct {
	Text   TextLimit  `json:"text"`
	Title  *TextLimit `json:"title,omitempty"` // a title beside the text; nil: it has none
	Media  MediaLimit `json:"media"`
	Thread bool       `json:"thread"` // several parts, one below the other
	// Comment: a first comment of our own below the post is possible.
	Comment   bool       `json:"comment,omitempty"`
	Poll      *PollLimit `json:"poll,omitempty"`
	AILabel   bool       `json:"ai_label,omitempty"`
	AIVideos  bool       `json:"ai_videos,omitempty"` // the label is for videos alone
	PaidLabel bool       `json:"paid_label,omitempty"`
	// Link: a post may carry a web address of its own beside the text.
	Link bool `json:"link,omitempty"`
	// Kinds are the sorts of posts besides the plain one, with limits of their own.
	Kinds map[PostKind]KindLimit `json:"kinds,omitempty"`
	// Reply is what an answer may be where that differs from a post.
	Reply *TextLimit `json:"reply,omitempty"`
	// Message is what a private message may be where that differs.
	Message *TextLimit `json:"message,omitempty"`
	// ReplyMedia is what files an answer in public may carry, and MessageMedia one in
	// private; nil: none.
	ReplyMedia   *MediaLimit `json:"reply_media,omitempty"`
	MessageMedia *MediaLimit `json:"message_media,omitempty"`
}

// KindLimit is what one sort of post takes.
type KindLimit struct {
	Text  TextLimit  `json:"text"`
	Media MediaLimit `json:"media"`
}

// TextLimit is how much text, and counted how.
type TextLimit struct {
	Max       int       `json:"max"`
	Unit      text.Unit `json:"unit"`
	MaxBytes  int       `json:"max_bytes,omitempty"`
	URLLength int       `json:"url_length,omitempty"` // every link counts as this many; 0 = as it is
	Hashtags  int       `json:"hashtags,omitempty"`   // at most; 0 = any number
	Mentions  int       `json:"mentions,omitempty"`
	Links     int       `json:"links,omitempty"`     // different ones
	Forbidden string    `json:"forbidden,omitempty"` // characters that are refused
	Required  bool      `json:"required,omitempty"`
	// None: no text at all goes along (a story).
	None bool `json:"none,omitempty"`
}

// MediaLimit is what files a part may carry.
type MediaLimit struct {
	MinItems int        `json:"min_items,omitempty"` // 1: nothing goes out without a file
	MaxItems int        `json:"max_items"`           // all together
	Image    ImageLimit `json:"image"`
	Video    VideoLimit `json:"video"`
	Mixed    bool       `json:"mixed,omitempty"` // images and videos in one post
	AltMax   int        `json:"alt_max"`
	// Fetched: the network fetches files from an address of ours, so the house
	// needs a public one.
	Fetched bool `json:"fetched,omitempty"`
	// Audio and Sticker are files that only answers carry; a Document, some posts too.
	Audio    FileLimit `json:"audio,omitzero"`
	Document FileLimit `json:"document,omitzero"`
	Sticker  FileLimit `json:"sticker,omitzero"`
	// Caption is the text beside files where that differs from a text alone. None: a
	// file is a message of its own, and the words are another one.
	Caption *TextLimit `json:"caption,omitempty"`
	// AsPost, of answers: they carry what a post does; all else is not read.
	AsPost bool `json:"as_post,omitempty"`
	// Direct, of answers in private: only in a conversation that is private already,
	// not to somebody who spoke in public.
	Direct bool `json:"direct,omitempty"`
	// Several, of answers: how many files one answer of ours may bring, where the network
	// takes MaxItems in a message: it becomes several messages, one after the other.
	Several int `json:"several,omitempty"`
}

// FileLimit is what a sound, a document or a sticker may be.
type FileLimit struct {
	MaxBytes int64    `json:"max_bytes,omitempty"`
	Types    []string `json:"types,omitempty"`
	// Alone: it has no words beside it, where other files do.
	Alone bool `json:"alone,omitempty"`
	// Side: it is a square of so many pixels.
	Side int `json:"side,omitempty"`
	// Single: no other file stands beside it.
	Single bool `json:"single,omitempty"`
}

// ImageLimit is what an image may be.
type ImageLimit struct {
	MaxItems  int      `json:"max_items,omitempty"` // 0 = as many as files
	MaxBytes  int64    `json:"max_bytes"`
	GIFBytes  int64    `json:"gif_bytes,omitempty"` // of an animation, where that differs
	GIFAlone  bool     `json:"gif_alone,omitempty"` // an animation has no other file beside it
	MaxPixels int64    `json:"max_pixels,omitempty"`
	MinWidth  int      `json:"min_width,omitempty"`
	MaxWidth  int      `json:"max_width,omitempty"`
	MinAspect float64  `json:"min_aspect,omitempty"` // width / height
	MaxAspect float64  `json:"max_aspect,omitempty"`
	MinShort  int      `json:"min_short,omitempty"` // of the shorter side, however it lies
	MaxShort  int      `json:"max_short,omitempty"`
	MaxLong   int      `json:"max_long,omitempty"`
	Types     []string `json:"types"`
	// Tags is who may be tagged in it; nil: nobody.
	Tags *TagLimit `json:"tags,omitempty"`
	// Text is the text beside images alone, where that differs.
	Text *TextLimit `json:"text,omitempty"`
}

// VideoLimit is what a video may be.
type VideoLimit struct {
	MaxItems   int      `json:"max_items,omitempty"` // 0 = as many as files
	MaxBytes   int64    `json:"max_bytes,omitempty"`
	MinSeconds float64  `json:"min_seconds,omitempty"`
	MaxSeconds float64  `json:"max_seconds,omitempty"`
	MinWidth   int      `json:"min_width,omitempty"`
	MaxWidth   int      `json:"max_width,omitempty"`
	MinAspect  float64  `json:"min_aspect,omitempty"`
	MaxAspect  float64  `json:"max_aspect,omitempty"`
	Types      []string `json:"types,omitempty"`
	// Subtitles are the files of subtitles it may have beside it; nil: none.
	Subtitles *SubtitleLimit `json:"subtitles,omitempty"`
	// Cover is the picture that may stand for it; nil: the network chooses one.
	Cover *CoverLimit `json:"cover,omitempty"`
	// Tags is who may be tagged in it; nil: nobody.
	Tags *TagLimit `json:"tags,omitempty"`
}

// PollLimit is what a poll may be.
type PollLimit struct {
	MinOptions int  `json:"min_options"`
	MaxOptions int  `json:"max_options"`
	OptionMax  int  `json:"option_max"` // characters of one answer
	MinMinutes int  `json:"min_minutes"`
	MaxMinutes int  `json:"max_minutes"`
	Multiple   bool `json:"multiple,omitempty"`
}

// Use is how much of a limit a text takes.
type Use struct {
	Used  int `json:"used"`
	Max   int `json:"max"`
	Bytes int `json:"bytes"`
}

// Count counts a text as the network does.
func (l TextLimit) Count(s string) Use {
	return Use{Used: text.Count(s, l.Unit, l.URLLength), Max: l.Max, Bytes: len(s)}
}

// Beside is the limit of a post's text with what files it carries.
func (k KindLimit) Beside(files []Media) TextLimit { return k.Media.beside(k.Text, files) }

// Of gives the limits of one sort of post, and whether the network has it.
func (l Limits) Of(kind PostKind) (KindLimit, bool) {
	if kind == PlainPost {
		return KindLimit{l.Text, l.Media}, true
	}
	k, ok := l.Kinds[kind]
	return k, ok
}

// Answering are the limits of an answer: in public, or in private.
func (l Limits) Answering(private bool) Limits {
	k, files := Limits{Text: l.Text}, l.ReplyMedia
	if l.Reply != nil {
		k.Text = *l.Reply
	}
	if private {
		files = l.MessageMedia
		if l.Message != nil {
			k.Text = *l.Message
		}
	}
	if files != nil {
		if k.Media = *files; files.AsPost {
			k.Media = l.Media
		}
		k.Media.Video.Subtitles, k.Media.Video.Cover = nil, nil // of posts alone
		k.Media.Image.Tags, k.Media.Video.Tags = nil, nil
	}
	return k
}
