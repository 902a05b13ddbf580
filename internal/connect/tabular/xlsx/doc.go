// Package xlsx streams the sheets of an Office Open XML workbook (ECMA-376) as rows of typed cells, in memory that does
// not grow with the file.
//
// It reads only what a table needs: sheet names, cell values, cached results of formulas, number formats and counts of
// what does not survive in a table. The sheet's XML goes through a tokenizer of its own, since a general XML decoder
// with a style lookup per cell reads some ten thousand rows a second and an import reads a file several times. Writing
// workbooks is left to excelize, against which the tests hold this reader.
package xlsx
