package api

import (
	_ "embed"
	"net/http"

	"github.com/gin-gonic/gin"
)

// document describes every route; a test compares the two.
//
//go:embed openapi.yaml
var document []byte

func openapi(c *gin.Context) { c.Data(http.StatusOK, "application/yaml; charset=utf-8", document) }
