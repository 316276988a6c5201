package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// read reads a request's query and body into fields. Errors: invalid_request, body_too_large, unsupported_media_type.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (fields, error) {
	query, err := readQuery(r.URL.RawQuery, "地址参数")
	if err != nil {
		return nil, err
	}
	raw, err := readRaw(w, r, s.limits.Body)
	if err != nil || len(raw) == 0 {
		return query, err
	}
	body, err := readBody(r.Header.Get("Content-Type"), raw)
	if err != nil {
		return nil, err
	}
	if query == nil {
		return body, nil
	}
	return query, query.merge(body)
}

// readRaw reads at most limit bytes. White space alone is no body.
func readRaw(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, model.Errorf(model.CodeUnsupportedMedia, "不支持压缩的请求体(Content-Encoding: %s)", model.Cut(encoding, 40))
	}
	tooLarge := model.Errorf(model.CodeBodyTooLarge, "请求体过大(最多 %d 字节)", limit)
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	raw, err := readWhole(http.MaxBytesReader(w, r.Body, limit), r.ContentLength)
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, tooLarge
	}
	if err != nil {
		return nil, model.Wrap(model.CodeInvalidRequest, err, "请求体没有接收完整，请重试")
	}
	return bytes.TrimSpace(raw), nil
}

// readWhole reads a body that is as long as its header says; one of unknown length (-1) is read to its end.
func readWhole(body io.Reader, length int64) ([]byte, error) {
	if length < 0 {
		return io.ReadAll(body)
	}
	raw := make([]byte, length)
	_, err := io.ReadFull(body, raw)
	return raw, err
}

// readBody reads a body of one of the three content types.
func readBody(contentType string, raw []byte) (fields, error) {
	media, params, err := mime.ParseMediaType(contentType)
	charset := params["charset"]
	if err != nil || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return nil, unsupported(contentType)
	}
	switch media {
	case "application/json":
		return readJSON(raw)
	case "application/x-www-form-urlencoded":
		return readQuery(string(raw), "表单请求体")
	case "multipart/form-data":
		return readMultipart(raw, params["boundary"])
	default:
		return nil, unsupported(contentType)
	}
}

func unsupported(contentType string) error {
	return model.Errorf(model.CodeUnsupportedMedia,
		"不支持的内容类型“%s”，请使用 application/json(UTF-8)、application/x-www-form-urlencoded 或 multipart/form-data",
		model.Cut(strings.ToValidUTF8(contentType, "?"), 60))
}

// readMultipart reads text fields; a file is refused.
func readMultipart(raw []byte, boundary string) (fields, error) {
	if boundary == "" {
		return nil, invalid("multipart 请求体缺少 boundary")
	}
	reader, f := multipart.NewReader(bytes.NewReader(raw), boundary), fields{}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return nil, invalid("multipart 请求体不完整或格式不正确")
		}
		if part.FileName() != "" {
			return nil, invalid("字段%s是文件，这里只接受文本", quoted(part.FormName()))
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, invalid("multipart 请求体不完整或格式不正确")
		}
		if err := f.add(part.FormName(), string(text)); err != nil {
			return nil, err
		}
	}
}
