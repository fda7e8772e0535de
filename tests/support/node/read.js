// What two JavaScript libraries read in workbooks, as JSON on standard output:
//
//   node read.js sheetjs|exceljs FILE...
//
// {file: {sheet: {cell: value}}}, where an error is {"error": "#N/A"}. A file that fails ends it all.
"use strict";

function sheetjs(file) {
  const XLSX = require("xlsx");
  const errors = { 0x00: "#NULL!", 0x07: "#DIV/0!", 0x0f: "#VALUE!", 0x17: "#REF!", 0x1d: "#NAME?", 0x24: "#NUM!", 0x2a: "#N/A" };
  const book = XLSX.readFile(file);
  return book.SheetNames.map((name) => {
    const cells = Object.entries(book.Sheets[name]).filter(([at]) => !at.startsWith("!"));
    const value = (cell) => (cell.t === "e" ? { error: errors[cell.v] } : cell.v);
    return [name, cells.map(([at, cell]) => [at, value(cell)])];
  });
}

async function exceljs(file) {
  const { Workbook } = require("exceljs");
  const book = new Workbook();
  await book.xlsx.readFile(file);
  return book.worksheets.map((sheet) => {
    const cells = [];
    sheet.eachRow((row) => row.eachCell((cell) => cells.push([cell.address, cell.master === cell ? cell.result ?? cell.value : ""])));
    return [sheet.name, cells];
  });
}

async function main(library, files) {
  const found = {};
  for (const file of files) {
    const sheets = await { sheetjs, exceljs }[library](file);
    found[file] = Object.fromEntries(sheets.map(([name, cells]) => [name, Object.fromEntries(cells)]));
  }
  process.stdout.write(JSON.stringify(found));
}

main(process.argv[2], process.argv.slice(3));
