import type { OrderReference } from './orders.ts';

/** A status that an order has come to, as the live API says it. */
export interface PushedStatus {
  readonly orderId: string;
  readonly status: string;
  /** Of two statuses of an order the later one has the greater number. */
  readonly sequence: number;
}

/** What is used of a WebSocket. */
export type Socket = Pick<WebSocket, 'onopen' | 'onmessage' | 'onclose' | 'send' | 'close'>;

export interface LiveOptions {
  readonly url: string;
  /** A token that is new, since the subscriptions of a connection end with it. */
  readonly token: (customer: string) => Promise<string>;
  readonly connect: (url: string, protocols: string[]) => Socket;
  readonly now: () => number;
  readonly onStatus: (status: PushedStatus) => void;
}

/** Follows the statuses of orders by connections to the live API, one for each customer who has orders to follow. */
export interface Live {
  /** Subscribes to the order unless it is followed already, or its customer's connection has no room or is lost. */
  follow(reference: OrderReference): void;
  /** Whether its statuses come by themselves. */
  follows(reference: OrderReference): boolean;
  /** Lets lost and old connections go, for which the next order to follow opens new ones. */
  renew(): void;
  close(): void;
}

interface Line {
  readonly openedAt: number;
  socket?: Socket;
  state: 'opening' | 'open' | 'lost';
  readonly orders: Set<string>;
}

/** The protocol of the live API; pages name the token beside it. See services/live/README.md. */
const PROTOCOL = 'shop-live';
/** As many as the live API takes of one connection. */
const MOST_ORDERS = 20;
/** The tokens of the console last five minutes. */
const LASTS_MS = 4 * 60 * 1_000;
const FINAL = new Set(['COMPLETE', 'FAILED', 'CANCELLED']);

/** Whether an order that has come to the status comes to no other. */
export const isFinal = (status: string): boolean => FINAL.has(status);

export function liveStatuses({ url, token, connect, now, onStatus }: LiveOptions): Live {
  const lines = new Map<string, Line>();

  const subscribe = ({ socket, state }: Line, orderId: string) => {
    if (state === 'open') socket?.send(JSON.stringify({ action: 'subscribe', orderId }));
  };
  const lose = (line: Line) => {
    line.state = 'lost';
    line.socket?.close();
  };
  const hear = (line: Line, customer: string, data: string) => {
    const told = JSON.parse(data) as Partial<PushedStatus>;
    const { orderId, status, sequence } = told;
    // A problem names no order: without its statuses the page asks for orders itself.
    if (orderId === undefined || status === undefined || sequence === undefined) return lose(line);
    if (isFinal(status)) line.orders.delete(orderId);
    if (line.orders.size === 0) {
      lose(line);
      lines.delete(customer);
    }
    onStatus({ orderId, status, sequence });
  };
  const open = async (line: Line, customer: string) => {
    try {
      const given = await token(customer);
      if (line.state === 'lost') return;
      const socket = connect(url, [PROTOCOL, given]);
      line.socket = socket;
      socket.onopen = () => {
        if (line.state === 'lost') return socket.close();
        line.state = 'open';
        for (const orderId of line.orders) subscribe(line, orderId);
      };
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        // Another line may be there for the customer by now.
        if (line.state !== 'lost') hear(line, customer, data);
      };
      socket.onclose = () => {
        line.state = 'lost';
      };
    } catch {
      line.state = 'lost';
    }
  };

  return {
    follow({ orderId, customerId }) {
      const line = lines.get(customerId) ?? { openedAt: now(), state: 'opening', orders: new Set() };
      if (!lines.has(customerId)) {
        lines.set(customerId, line);
        void open(line, customerId);
      }
      if (line.orders.has(orderId) || line.orders.size >= MOST_ORDERS || line.state === 'lost') return;
      line.orders.add(orderId);
      subscribe(line, orderId);
    },
    follows({ orderId, customerId }) {
      const line = lines.get(customerId);
      return line?.state === 'open' && line.orders.has(orderId);
    },
    renew() {
      for (const [customer, line] of lines) {
        if (now() - line.openedAt > LASTS_MS) lose(line);
        if (line.state === 'lost') lines.delete(customer);
      }
    },
    close() {
      for (const line of lines.values()) lose(line);
      lines.clear();
    },
  };
}
