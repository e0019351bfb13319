// The first script of every page: nothing runs before it.
import {openConnections} from '../engine/policy.mjs';

openConnections();
