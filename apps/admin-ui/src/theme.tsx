import { createTheme, type CSSVariablesResolver } from '@mantine/core';

/** Indigo in shades that hold 4.5:1 with white text (WCAG 2.2, 1.4.3). */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 7 },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.6rem' }, h2: { fontSize: '1.15rem' } } },
  defaultRadius: 'md',
  cursorType: 'pointer',
  components: {
    Modal: { defaultProps: { transitionProps: { duration: 0 } } },
    Table: { defaultProps: { verticalSpacing: 'sm' } },
  },
});

/** Mantine's quiet greys and reds are below 4.5:1 on their grounds. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#56606b',
    '--mantine-color-placeholder': '#66707b',
    '--mantine-color-error': '#c02020',
    '--mantine-color-anchor': '#364fc7',
  },
  dark: {
    '--mantine-color-dimmed': '#b1b8c1',
    '--mantine-color-placeholder': '#a3abb5',
    '--mantine-color-error': '#ff9a9a',
    '--mantine-color-anchor': '#a5b8ff',
    '--mantine-color-body': '#17191d',
    '--mantine-color-default': '#212429',
    '--mantine-color-default-border': '#454a52',
  },
});
