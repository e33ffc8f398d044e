package understand

import (
	"runtime"
	"slices"
	"sync"

	"golang.org/x/text/language"

	"wegwijzer/kb"
)

// Conflicts is what came of asking every article its own questions. They were learnt from, so one that leads elsewhere
// stands too near to another article: two articles fight over it, and people will end up at either.
type Conflicts struct {
	Asked int        // questions
	First int        // that lead to their article
	Three int        // whose article is among the best three
	Lost  []Conflict // whose article is not the first, in the order of the articles and languages
}

// Conflict is a question that another article takes.
type Conflict struct {
	Article  kb.ArticleID // whose question it is
	Tag      language.Tag
	Question string
	Taken    kb.ArticleID
	Rank     int // of Article, from 2; 0 if it is not among the best four
}

// Conflicts asks every article of lib, which must be the one u learnt, its own questions. It takes a fraction of a
// millisecond for each.
func (u *Understander) Conflicts(lib *kb.Library) Conflicts {
	var asked []Conflict
	for _, a := range lib.Articles() {
		for _, tag := range tags(a.Texts) {
			for _, q := range a.Texts[tag].Questions {
				asked = append(asked, Conflict{Article: a.ID, Tag: tag, Question: q})
			}
		}
	}
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		wait.Go(func() {
			for i := worker; i < len(asked); i += workers {
				c := &asked[i]
				got := u.Understand(c.Question, c.Tag)
				c.Taken = got.Article
				if got.Article == c.Article {
					c.Rank = 1
				} else if at := slices.IndexFunc(got.Alternatives, func(g Guess) bool { return g.Article == c.Article }); at >= 0 {
					c.Rank = at + 2
				}
			}
		})
	}
	wait.Wait()
	all := Conflicts{Asked: len(asked)}
	for _, c := range asked {
		if c.Rank == 1 {
			all.First++
		} else {
			all.Lost = append(all.Lost, c)
		}
		if c.Rank >= 1 && c.Rank <= 3 {
			all.Three++
		}
	}
	return all
}
