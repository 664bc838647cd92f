package api

import (
	"slices"

	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
)

// Limits are what a network takes.
type Limits struct {
	Text         TextLimit            `json:"text"`
	Title        *TextLimit           `json:"title,omitempty" doc:"Absent: it has no titles."`
	Reply        *TextLimit           `json:"reply,omitempty" doc:"Of an answer; absent: as the text."`
	Message      *TextLimit           `json:"message,omitempty" doc:"Of a private message; absent: as an answer."`
	Media        MediaLimit           `json:"media"`
	ReplyMedia   *FilesLimit          `json:"reply_media,omitempty" doc:"Of an answer in public; absent: it carries no files."`
	MessageMedia *FilesLimit          `json:"message_media,omitempty" doc:"Of an answer in private; absent: it carries no files."`
	Thread       bool                 `json:"thread"`
	Comment      bool                 `json:"comment" doc:"A first comment below the post is possible: it is the second part."`
	Link         bool                 `json:"link"`
	AILabel      bool                 `json:"ai_label"`
	PaidLabel    bool                 `json:"paid_label"`
	Poll         *PollLimit           `json:"poll,omitempty" doc:"Absent: it has no polls."`
	Kinds        map[string]KindLimit `json:"kinds" nullable:"false" doc:"Sorts of posts besides the plain one."`
}

// KindLimit is what one sort of post takes.
type KindLimit struct {
	Text  TextLimit  `json:"text"`
	Media MediaLimit `json:"media"`
}

// TextLimit is how much text, and counted how.
type TextLimit struct {
	Max       int    `json:"max"`
	Unit      string `json:"unit" enum:"graphemes,code_points,mastodon,utf16,weighted,bytes"`
	MaxBytes  int    `json:"max_bytes,omitempty"`
	URLLength int    `json:"url_length,omitempty" doc:"Every link counts as this many; absent: as it is."`
	Required  bool   `json:"required,omitempty"`
	None      bool   `json:"none,omitempty" doc:"No text goes along."`
}

// MediaLimit is what files a part may carry.
type MediaLimit struct {
	MinItems int        `json:"min_items,omitempty"`
	MaxItems int        `json:"max_items"`
	Image    ImageLimit `json:"image"`
	Video    VideoLimit `json:"video"`
	Mixed    bool       `json:"mixed,omitempty" doc:"Images and videos in one post."`
	AltMax   int        `json:"alt_max"`
	// Document is what a post takes; answers have theirs among their types.
	Document *DocumentLimit `json:"document,omitempty" doc:"Absent: it takes no documents."`
}

// DocumentLimit is what a document may be.
type DocumentLimit struct {
	MaxBytes int64        `json:"max_bytes"`
	Types    List[string] `json:"types"`
	Single   bool         `json:"single,omitempty" doc:"No other file stands beside it."`
}

// FilesLimit is what files an answer may carry.
type FilesLimit struct {
	MaxItems int             `json:"max_items"`
	Several  int             `json:"several,omitempty" doc:"How many files an answer may bring: it becomes several messages with max_items in each. Absent: one message is all."`
	AltMax   int             `json:"alt_max"`
	Types    List[FileLimit] `json:"types"`
	Direct   bool            `json:"direct,omitempty" doc:"Only in a conversation that is private already."`
	Caption  *TextLimit      `json:"caption,omitempty" doc:"Of the text beside files where it differs; absent: it is that of a text alone, or a file is a message of its own."`
	Apart    List[string]    `json:"apart" doc:"Types of files that are a message of their own, so that the text is one, too."`
}

// FileLimit is one type of files, and how large they may be.
type FileLimit struct {
	Type     string `json:"type"`
	MaxBytes int64  `json:"max_bytes,omitempty"`
}

// ImageLimit is what an image may be.
type ImageLimit struct {
	MaxBytes  int64        `json:"max_bytes"`
	MaxPixels int64        `json:"max_pixels,omitempty"`
	MinAspect float64      `json:"min_aspect,omitempty" doc:"Width by height."`
	MaxAspect float64      `json:"max_aspect,omitempty"`
	Types     List[string] `json:"types"`
	Tags      *TagLimit    `json:"tags,omitempty" doc:"Absent: nobody can be tagged in it."`
	Text      *TextLimit   `json:"text,omitempty" doc:"Of the text beside images alone, where that differs."`
}

// TagLimit is who may be tagged in a picture or a video.
type TagLimit struct {
	Max    int    `json:"max"`
	Placed string `json:"placed,omitempty" enum:",required,optional" doc:"Whether each has a place on the picture; empty: none has."`
	Alone  bool   `json:"alone,omitempty" doc:"Only where no other file stands beside it."`
	Post   bool   `json:"post,omitempty" doc:"They are tagged in the post: max counts those of all its files together."`
	Names  string `json:"names,omitempty" doc:"A regular expression for the names of the network; empty: any."`
	Note   string `json:"note,omitempty" say:"" doc:"What becomes of tags that nobody can foresee."`
}

// VideoLimit is what a video may be; no types: none is taken.
type VideoLimit struct {
	MaxBytes   int64          `json:"max_bytes,omitempty"`
	MinSeconds float64        `json:"min_seconds,omitempty"`
	MaxSeconds float64        `json:"max_seconds,omitempty"`
	Types      List[string]   `json:"types"`
	Subtitles  *SubtitleLimit `json:"subtitles,omitempty" doc:"Absent: it takes no subtitle files."`
	Cover      *CoverLimit    `json:"cover,omitempty" doc:"Absent: it chooses the picture of a video itself."`
	Tags       *TagLimit      `json:"tags,omitempty" doc:"Absent: nobody can be tagged in it."`
}

// CoverLimit is what a picture may be that stands for a video.
type CoverLimit struct {
	MaxBytes int64        `json:"max_bytes,omitempty"`
	Types    List[string] `json:"types"`
	Later    bool         `json:"later,omitempty" doc:"It is brought once the video is out."`
}

// SubtitleLimit is what files of subtitles a video may have.
type SubtitleLimit struct {
	Format   string `json:"format" enum:"vtt,srt" doc:"What is sent; Kith writes it."`
	MaxBytes int64  `json:"max_bytes,omitempty"`
	MaxItems int    `json:"max_items,omitempty" doc:"Languages; absent: any number."`
	Later    bool   `json:"later,omitempty" doc:"They are brought once the video is out, and may be then."`
}

// PollLimit is what a poll may be.
type PollLimit struct {
	MinOptions int  `json:"min_options"`
	MaxOptions int  `json:"max_options"`
	OptionMax  int  `json:"option_max"`
	MinMinutes int  `json:"min_minutes"`
	MaxMinutes int  `json:"max_minutes"`
	Multiple   bool `json:"multiple,omitempty"`
}

// Option is something that may be chosen for each post on a network.
type Option struct {
	Name     string       `json:"name"`
	Label    string       `json:"label" say:""`
	Help     string       `json:"help,omitempty" say:""`
	Kind     string       `json:"kind" enum:"text,choice,search,switch,moment" doc:"search: what is typed goes along to GET /channels/{id}/choices/{option}, as q; the value of a choice is an id, a space and a name, of which the id alone is enough."`
	Choices  List[Choice] `json:"choices"`
	Account  bool         `json:"account" doc:"The choices are the account's own: GET /channels/{id}/choices/{option}."`
	Required bool         `json:"required"`
	Default  string       `json:"default,omitempty"`
	Max      int          `json:"max,omitempty"`
	Kinds    List[string] `json:"kinds" doc:"Only for these kinds of posts; none: for all."`
	Of       string       `json:"of,omitempty" doc:"The option that it depends on: its choices are asked for with that one's value."`
}

// Choice is one value of an option.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label" say:""`
	More  string `json:"more,omitempty" doc:"What tells it from others of the same label: an address."`
}

func limitsOf(l network.Limits) Limits {
	said := Limits{Text: textLimitOf(l.Text), Media: mediaLimitOf(l.Media), Thread: l.Thread, Comment: l.Comment, Link: l.Link,
		AILabel: l.AILabel, PaidLabel: l.PaidLabel, Kinds: map[string]KindLimit{}}
	said.Title, said.Reply, said.Message = optionalText(l.Title), optionalText(l.Reply), optionalText(l.Message)
	if l.ReplyMedia != nil {
		said.ReplyMedia = filesLimitOf(l.Answering(false).Media)
	}
	if l.MessageMedia != nil {
		said.MessageMedia = filesLimitOf(l.Answering(true).Media)
	}
	if p := l.Poll; p != nil {
		poll := PollLimit(*p)
		said.Poll = &poll
	}
	for kind, k := range l.Kinds {
		said.Kinds[string(kind)] = KindLimit{textLimitOf(k.Text), mediaLimitOf(k.Media)}
	}
	return said
}

func textLimitOf(l network.TextLimit) TextLimit {
	unit := string(l.Unit)
	if unit == "" {
		unit = "code_points"
	}
	return TextLimit{l.Max, unit, l.MaxBytes, l.URLLength, l.Required, l.None}
}

func optionalText(l *network.TextLimit) *TextLimit {
	if l == nil {
		return nil
	}
	said := textLimitOf(*l)
	return &said
}

func mediaLimitOf(l network.MediaLimit) MediaLimit {
	return MediaLimit{MinItems: l.MinItems, MaxItems: l.MaxItems, Mixed: l.Mixed, AltMax: l.AltMax,
		Image: ImageLimit{l.Image.MaxBytes, l.Image.MaxPixels, l.Image.MinAspect, l.Image.MaxAspect, l.Image.Types, (*TagLimit)(l.Image.Tags), optionalText(l.Image.Text)},
		Video: VideoLimit{l.Video.MaxBytes, l.Video.MinSeconds, l.Video.MaxSeconds, l.Video.Types, subtitleLimitOf(l.Video.Subtitles), coverLimitOf(l.Video.Cover), (*TagLimit)(l.Video.Tags)}, Document: documentLimitOf(l.Document)}
}

func coverLimitOf(l *network.CoverLimit) *CoverLimit {
	if l == nil {
		return nil
	}
	return &CoverLimit{l.MaxBytes, l.Types, l.Later}
}

func documentLimitOf(l network.FileLimit) *DocumentLimit {
	if len(l.Types) == 0 {
		return nil
	}
	return &DocumentLimit{min(l.MaxBytes, media.MaxFile), l.Types, l.Single} // more than that Kith does not keep
}

func subtitleLimitOf(l *network.SubtitleLimit) *SubtitleLimit {
	if l == nil {
		return nil
	}
	return &SubtitleLimit{l.Format, l.MaxBytes, l.MaxItems, l.Later}
}

func filesLimitOf(l network.MediaLimit) *FilesLimit {
	said := &FilesLimit{MaxItems: l.MaxItems, Several: l.Several, AltMax: l.AltMax, Direct: l.Direct}
	if l.Caption != nil && !l.Caption.None {
		said.Caption = optionalText(l.Caption)
	}
	for _, sort := range []network.FileLimit{{Types: l.Image.Types, MaxBytes: l.Image.MaxBytes}, {Types: l.Video.Types, MaxBytes: l.Video.MaxBytes}, l.Audio, l.Document, l.Sticker} {
		for _, t := range sort.Types {
			most := sort.MaxBytes
			if slices.Contains(media.Sounds(), t) || slices.Contains(media.Documents(), t) {
				most = min(most, media.MaxFile) // more than that Kith does not keep
			}
			said.Types = append(said.Types, FileLimit{t, most})
			if l.Caption != nil && l.Caption.None || sort.Alone {
				said.Apart = append(said.Apart, t)
			}
		}
	}
	return said
}

func optionOf(o network.Option) Option {
	return Option{Name: o.Name, Label: o.Label, Help: o.Help, Kind: o.Kind, Account: o.Account, Required: o.Required, Default: o.Default, Max: o.Max, Of: o.Of,
		Choices: each(o.Choices, func(c network.Choice) Choice { return Choice(c) }),
		Kinds:   each(o.Kinds, func(k network.PostKind) string { return string(k) })}
}
