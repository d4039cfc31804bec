// First the styles of all, so that a component's own come after them.
import './style/tokens.css';
import './style/base.css';
import './style/page.css';
import './catalog/catalog.css';
import { mount } from 'svelte';
import App from './App.svelte';

mount(App, { target: document.getElementById('app') as HTMLElement });
