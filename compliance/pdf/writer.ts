/**
 * Writes PDF/A-2b with tags: headings, paragraphs, lists, a QR code. Streams are not compressed: a compressor's output depends on the
 * machine, and the same report must give the same bytes.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import PDFDocument from "pdfkit";
import qrcode from "qrcode-generator";

const fonts = join(dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")), "ttf");
const margins = { top: 50, bottom: 60, left: 50, right: 50 };
const sizes = { h1: 18, h2: 13, h3: 11, text: 9, small: 8 } as const;
/** In points: 0.6 mm, which a telephone reads from paper. */
const moduleSize = 1.7;
const bullet = 9;

export interface PdfOptions {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  readonly made: Date;
}

export interface TextOptions {
  readonly bold?: boolean;
  /** BCP 47, where it is not the document's. */
  readonly language?: string;
}

type Element = InstanceType<typeof PDFDocument> extends { struct: (...args: never[]) => infer E } ? E : never;

export class PdfWriter {
  readonly #document: PDFKit.PDFDocument;
  readonly #root: Element;
  readonly #done: Promise<Buffer>;

  constructor({ title, language, made }: PdfOptions) {
    const document = new PDFDocument({
      size: "A4",
      margins,
      pdfVersion: "1.7",
      subset: "PDF/A-2b",
      tagged: true,
      lang: language,
      displayTitle: true,
      compress: false,
      bufferPages: true,
      font: join(fonts, "DejaVuSans.ttf"),
      info: { Title: title, CreationDate: made, Creator: "country-rollout-kit" },
    });
    document.registerFont("plain", join(fonts, "DejaVuSans.ttf"));
    document.registerFont("bold", join(fonts, "DejaVuSans-Bold.ttf"));
    const chunks: Buffer[] = [];
    document.on("data", (chunk: Buffer) => chunks.push(chunk));
    this.#done = new Promise((resolve, reject) => {
      document.on("end", () => resolve(Buffer.concat(chunks)));
      document.on("error", reject);
    });
    this.#document = document;
    this.#root = document.struct("Document");
    document.addStructure(this.#root);
  }

  heading(level: 1 | 2 | 3, text: string, language?: string): void {
    const document = this.#document;
    // A heading stays with what follows it.
    if (document.y > document.page.height - margins.bottom - 60) document.addPage();
    this.#add(`H${level}`, language, () => {
      document.font("bold").fontSize(sizes[`h${level}`]);
      document.moveDown(level === 1 ? 0 : 0.7).text(this.#covered(text));
      document.moveDown(0.25);
    });
  }

  paragraph(text: string, { bold = false, language }: TextOptions = {}): void {
    this.#add("P", language, () => {
      this.#document
        .font(bold ? "bold" : "plain")
        .fontSize(sizes.text)
        .text(this.#covered(text));
      this.#document.moveDown(0.35);
    });
  }

  /** A name and what it is, on one line. */
  fact(name: string, text: string): void {
    this.#add("P", undefined, () => {
      const document = this.#document.fontSize(sizes.text);
      document.font("bold").text(this.#covered(`${name}: `), { continued: true });
      document.font("plain").text(this.#covered(text));
      document.moveDown(0.2);
    });
  }

  list(items: readonly { readonly text: string; readonly language?: string }[]): void {
    const document = this.#document;
    const list = document.struct("L");
    this.#root.add(list);
    for (const { text, language } of items) {
      const shown = this.#covered(text);
      document.font("plain").fontSize(sizes.small);
      const width = document.page.width - margins.left - margins.right - bullet;
      // A bullet stays with its first line.
      const height = document.heightOfString(shown, { width });
      if (document.y + height > document.page.height - margins.bottom) document.addPage();
      const item = document.struct("LI");
      list.add(item);
      item.add(
        document.struct("LBody", language === undefined ? {} : { lang: language }, () => {
          const top = document.y;
          document.text("•", margins.left, top, { lineBreak: false });
          // Its lines stand one below the other.
          document.text(shown, margins.left + bullet, top, { width });
          document.x = margins.left;
          document.moveDown(0.15);
        }),
      );
      item.end();
    }
    list.end();
  }

  /** @param alternative what it is, for those who don't see it. */
  code(content: string, alternative: string): void {
    const document = this.#document;
    const code = qrcode(0, "M");
    code.addData(content, "Byte");
    code.make();
    const count = code.getModuleCount();
    const side = count * moduleSize;
    if (document.y + side > document.page.height - margins.bottom) document.addPage();
    const top = document.y;
    this.#root.add(
      document.struct("Figure", { alt: alternative }, () => {
        for (let row = 0; row < count; row++)
          for (let column = 0; column < count; column++)
            if (code.isDark(row, column))
              document.rect(
                margins.left + column * moduleSize,
                top + row * moduleSize,
                moduleSize,
                moduleSize,
              );
        document.fill("black");
      }),
    );
    document.x = margins.left;
    document.y = top + side + 8;
  }

  newPage(): void {
    this.#document.addPage();
  }

  /** @param footer of each page; pages count from 1. */
  finish(footer: (page: number, pages: number) => string): Promise<Buffer> {
    const document = this.#document;
    this.#root.end();
    const { count } = document.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      document.switchToPage(page);
      // Below the margin a text would start a new page.
      document.page.margins.bottom = 0;
      document.markContent("Artifact", { type: "Pagination" });
      document.font("plain").fontSize(7);
      document.text(this.#covered(footer(page + 1, count)), margins.left, document.page.height - 40, {
        lineBreak: false,
      });
      document.endMarkedContent();
    }
    document.end();
    return this.#done;
  }

  #add(tag: string, language: string | undefined, write: () => void): void {
    const element = this.#document.struct(tag, language === undefined ? {} : { lang: language }, write);
    this.#root.add(element);
    element.end();
  }

  /** PDF/A allows no character that the font doesn't have. */
  #covered(text: string): string {
    const { font } = (
      this.#document as unknown as { _font: { font: { hasGlyphForCodePoint(code: number): boolean } } }
    )._font;
    return Array.from(
      text.replaceAll(/\s+/g, (space) => (space.includes("\u00a0") ? "\u00a0" : " ")),
      (character) => (font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0) ? character : "\uFFFD"),
    ).join("");
  }
}
