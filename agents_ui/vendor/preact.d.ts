/** What of the vendored module our own modules use, as far as they are checked against it. */

export type VNode = { type: unknown; props: Record<string, any>; key: unknown };
export type Child = VNode | string | number | boolean | null | undefined | Child[];
export type Ref<T> = { current: T };
export type Ended = void | (() => void);
export interface ReadonlySignal<T> {
  readonly value: T;
  peek(): T;
  subscribe(told: (value: T) => void): () => void;
}
export interface Signal<T> extends ReadonlySignal<T> {
  value: T;
}

export function html(texts: TemplateStringsArray, ...given: unknown[]): any;
export function h(type: unknown, props: Record<string, unknown> | null, ...children: Child[]): VNode;
export function render(what: Child, into: Element): void;
export const Fragment: unknown;
export function createRef<T>(): Ref<T | null>;

export function useState<T>(first: T | (() => T)): [T, (next: T | ((before: T) => T)) => void];
export function useRef<T>(first: T): Ref<T>;
export function useMemo<T>(make: () => T, needs: readonly unknown[]): T;
export function useCallback<T>(act: T, needs: readonly unknown[]): T;
export function useId(): string;
export function useEffect(act: () => Ended, needs?: readonly unknown[]): void;
export function useLayoutEffect(act: () => Ended, needs?: readonly unknown[]): void;

export function signal<T>(first: T): Signal<T>;
export function computed<T>(make: () => T): ReadonlySignal<T>;
export function effect(act: () => Ended): () => void;
export function batch<T>(act: () => T): T;
export function untracked<T>(act: () => T): T;
export function useSignal<T>(first: T): Signal<T>;
export function useComputed<T>(make: () => T): ReadonlySignal<T>;
export function useSignalEffect(act: () => Ended): void;
