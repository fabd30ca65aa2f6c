import { faultCase } from './fault-case.ts';
import { flood } from './flood.ts';

faultCase(flood({ low: 50_000, critical: 100 }));
