package web

import "strings"

// browserName says in a few words which browser on which system calls itself so; what is unknown stays as it is.
func browserName(agent string) string {
	browser := firstWord(agent, [][2]string{{"Edg/", "Edge"}, {"YaBrowser/", "Yandex Browser"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := firstWord(agent, [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}})
	switch {
	case browser != "" && system != "":
		return browser + " · " + system
	case agent == "":
		return "—"
	}
	const most = 60 // characters
	if text := []rune(agent); len(text) > most {
		return string(text[:most]) + "…"
	}
	return agent
}

// firstWord is the name of the first mark that a text has.
func firstWord(text string, marks [][2]string) string {
	for _, mark := range marks {
		if strings.Contains(text, mark[0]) {
			return mark[1]
		}
	}
	return ""
}
