// Lays out apart from the page, which stays quick meanwhile and may end this any time.

import type { Link } from './layers';
import { layoutOf } from './layout';

onmessage = ({ data }: MessageEvent<{ keys: string[]; links: Link[] }>) => postMessage(layoutOf(data.keys, data.links));
