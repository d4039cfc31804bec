package main

import (
	"io"
	"log/slog"
)

// logFlags say what is logged and how.
type logFlags struct {
	LogFormat string     `help:"Form of the log: text or json." enum:"text,json" default:"text"`
	LogLevel  slog.Level `help:"Least level to log: debug (every request), info, warn or error." default:"info"`
}

func (f logFlags) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: f.LogLevel}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
