// Package i18n speaks to people in their language: texts from catalogs with the plural forms of Unicode CLDR, and numbers,
// money, days and lengths of time as the language writes them. The catalogs are texts/<area>/<language>.json; a text is
// asked for by its area and its path inside the file, "home.cards.title". The package knows nothing of sales.
package i18n
